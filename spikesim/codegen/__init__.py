"""Checked equations and rules to the source text of kernels."""
