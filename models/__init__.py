"""Published networks and experiments, written only with what spikesim makes public.

``python -m models`` names them.
"""
