"""What every network is described by: populations, projections, inputs and recorders.

Plain data, checked: no arrays of a running network, nothing that is compiled.
"""
