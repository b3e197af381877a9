"""Network description: populations, projections, inputs and recorders.

These objects hold validated parameters only: no arrays of a running network and no compiled code.
"""
