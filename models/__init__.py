"""Published network models and experiments, built with the public API of spikesim only.

``python -m models`` lists them.
"""
