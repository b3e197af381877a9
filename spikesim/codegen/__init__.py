"""Generate kernel source code from checked equations and plasticity rules."""
