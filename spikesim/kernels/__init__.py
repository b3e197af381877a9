"""The compiled half of spikesim: NumPy arrays and scalars in, plain loops, no objects.

Order of a step, followed by every kernel. Step k goes from k*dt to (k+1)*dt; row ``k % rows`` of
the ring (rows are a power of two) holds what arrives at its end.

0. Gap junctions and linked variables read states as they are at the step's start.
1. Drives, miniature events and broadcasts are added to the row; plastic synapses whose delay is
   axonal deliver what reaches them now.
2. Membranes and receptors are propagated with the inputs present at the step's start.
3. What arrives at the step's end is added: deltas jump the membrane, others their receptor.
4. Threshold; reset, refractoriness and adaptation of what fired.
5. Concentrations of neuromodulators are carried on; state variables and spikes are recorded.
6. Spikes found in this step, stamped (k+1)*dt, are emitted: a delay of d steps puts them in row
   ``(k + d) % rows``. Plastic synapses whose delay is dendritic see them here.
7. Spikes enter the histories from which plasticity reads its traces.
"""
