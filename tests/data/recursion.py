"""Probabilities of leaving at each look, by the recursion of Armitage, McPherson and Rowe (1969) on 40 panels of 40 points over
12 standard deviations, in NumPy: far more points than the crate takes, and none of its shortcuts.

python3 tests/data/recursion.py
"""

import numpy as np
from scipy.special import ndtr


def exits(t, lower, upper, drift):
    x, w = np.polynomial.legendre.leggauss(40)
    s, p, start = np.array([0.0]), np.array([1.0]), 0.0
    above = []
    for k, now in enumerate(t):
        gain = now - start
        sd = np.sqrt(gain)
        above.append(float(p @ ndtr((s + drift * gain - upper[k] * np.sqrt(now)) / sd)))
        low = max(lower[k] * np.sqrt(now), drift * now - 12 * np.sqrt(now))
        high = min(upper[k] * np.sqrt(now), drift * now + 12 * np.sqrt(now))
        edges = np.linspace(low, high, 41)
        half = (edges[1:] - edges[:-1]) / 2
        nodes = ((edges[1:] + edges[:-1])[:, None] / 2 + half[:, None] * x).ravel()
        weights = (half[:, None] * w).ravel()
        kernel = np.exp(-((nodes[:, None] - s - drift * gain) ** 2) / (2 * gain)) / np.sqrt(2 * np.pi * gain)
        s, p, start = nodes, weights * (kernel @ p), now
    return above


five = [0.2, 0.4, 0.6, 0.8, 1.0]
none = [-np.inf] * 5
print("all 2, drift 1:", exits(five, none, [2.0] * 5, 1.0))
print("with futility:", exits(five, [-0.5, 0.0, 0.4, 1.0, -np.inf], [4.5, 3.3, 2.7, 2.3, 2.0], 3.2))
near = [0.3, 0.301, 0.31, 0.9, 1.0]
print("uneven steps:", exits(near, none, [2.6, 2.5, 2.4, 2.2, 2.1], 0.5))
