"""Constants and inflation factors of classical group-sequential designs (Jennison & Turnbull 2000, tables 2.1 to 2.4 and 2.9, 2.10):
two-sided, equal looks, c t^(delta - 1/2), by the recursion of recursion.py with far more points than the crate takes.

Power counts the side of the effect alone.

python3 tests/data/constants.py > tests/data/constants.csv
"""

import numpy as np
from scipy.optimize import brentq
from scipy.special import ndtr
from scipy.stats import norm

X, W = np.polynomial.legendre.leggauss(48)


def above(bounds, drift):
    """The probability of leaving above at some look."""
    looks = len(bounds)
    s, p, start, total = np.array([0.0]), np.array([1.0]), 0.0, 0.0
    for k, z in enumerate(bounds):
        now = (k + 1) / looks
        gain = now - start
        total += p @ ndtr((s + drift * gain - z * np.sqrt(now)) / np.sqrt(gain))
        low, high = max(-z * np.sqrt(now), drift * now - 10 * np.sqrt(now)), min(z * np.sqrt(now), drift * now + 10 * np.sqrt(now))
        edges = np.linspace(low, high, 11)
        half = (edges[1:] - edges[:-1]) / 2
        nodes = ((edges[1:] + edges[:-1])[:, None] / 2 + half[:, None] * X).ravel()
        kernel = np.exp(-((nodes[:, None] - s - drift * gain) ** 2) / (2 * gain)) / np.sqrt(2 * np.pi * gain)
        s, p, start = nodes, (half[:, None] * W).ravel() * (kernel @ p), now
    return total


print("alpha,delta,looks,constant,inflation_80,inflation_90")
for alpha in (0.01, 0.05, 0.1):
    for delta in (0.0, 0.1, 0.25, 0.4, 0.5):
        for looks in (2, 3, 4, 5, 10):
            t = np.arange(1, looks + 1) / looks
            of = lambda c: above(c * t ** (delta - 0.5), 0.0) - alpha / 2
            c = brentq(of, 1.5, 4, xtol=1e-13, rtol=1e-14)
            factors = []
            for power in (0.8, 0.9):
                fixed = norm.isf(alpha / 2) + norm.ppf(power)
                drift = brentq(lambda d: above(c * t ** (delta - 0.5), d) - power, fixed * 0.99, fixed * 1.5, xtol=1e-13, rtol=1e-14)
                factors.append((drift / fixed) ** 2)
            print(f"{alpha},{delta},{looks},{float(c)!r},{float(factors[0])!r},{float(factors[1])!r}", flush=True)
