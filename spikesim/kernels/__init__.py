"""Compiled kernels: plain loops over NumPy arrays and scalars.

Order of a step, followed by every kernel. Step k goes from k*dt to (k+1)*dt; row ``k % rows`` of
the ring buffer (whose number of rows is a power of two) holds the input that arrives at its end.

0. Gap junctions and linked variables read the states at the step's start.
1. Drives, miniature events and broadcasts are added to the row; plastic synapses with axonal
   delays deliver the spikes that reach them now.
2. Membranes and receptors are propagated with the inputs present at the step's start.
3. Input that arrives at the step's end is added: delta synapses change the membrane potential,
   others the state of their receptor.
4. Threshold; reset, refractoriness and adaptation of neurons that spiked.
5. Concentrations of neuromodulators are updated; state variables and spikes are recorded.
6. Spikes of this step, with the time (k+1)*dt, are sent: a delay of d steps adds them to row
   ``(k + d) % rows``. Plastic synapses with dendritic delays see them here.
7. Spikes are appended to the histories from which plasticity reads its traces.
"""
