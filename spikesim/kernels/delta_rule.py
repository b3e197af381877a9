"""One epoch of the local delta rule over the non-zero rates of each image."""

from __future__ import annotations

import math

from spikesim.jit import kernel


@kernel
def delta_epoch(order, starts, columns, rates, labels, eta, softmax, weight, bias, output):
    """Present the images once in `order`, and update the weights after each.

    Reads the rates in CSR form: image i has `rates[starts[i]:starts[i + 1]]` in `columns`.
    Writes `weight` (n_neurons, n_classes), `bias` (n_classes,); `output` is scratch of n_classes.
    Returns the number of images that were classified correctly before the update.
    """
    n_classes = bias.shape[0]
    right = 0
    for image in order:
        first, last = starts[image], starts[image + 1]
        for c in range(n_classes):
            output[c] = bias[c]
        for s in range(first, last):
            row = columns[s]
            for c in range(n_classes):
                output[c] += weight[row, c] * rates[s]
        best = 0
        for c in range(n_classes):
            if output[c] > output[best]:
                best = c
        label = labels[image]
        right += best == label
        if softmax:
            top, total = output[best], 0.0
            for c in range(n_classes):
                output[c] = math.exp(output[c] - top)
                total += output[c]
            for c in range(n_classes):
                output[c] /= total
        for c in range(n_classes):
            output[c] = eta * ((1.0 if c == label else 0.0) - output[c])
            bias[c] += output[c]
        for s in range(first, last):
            row = columns[s]
            for c in range(n_classes):
                weight[row, c] += output[c] * rates[s]
    return right
