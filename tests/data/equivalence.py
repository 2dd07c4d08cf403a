"""Subjects of equivalence designs: events by brentq on the power of the two one-sided tests, over the probability of an event by
adaptive quadrature (SciPy).

python3 tests/data/equivalence.py
"""

import numpy as np
from scipy.integrate import quad
from scipy.optimize import brentq
from scipy.stats import norm


def events(upper, lower, h, alpha, ratio, power):
    z = norm.isf(alpha)

    def of(d):
        s = (1 + ratio) / np.sqrt(ratio * d)
        return norm.cdf(np.log(upper / h) / s - z) + norm.cdf(np.log(h / lower) / s - z) - 1 - power

    return brentq(of, 1, 1e5, xtol=1e-10, rtol=1e-14)


def probability(breaks, rates, factor, lost, accrual, total):
    """An event within the follow-up of who enters evenly over the accrual."""

    def cumulative(t):
        edges = [0, *breaks, np.inf]
        return sum(r * factor * max(0, min(t, edges[i + 1]) - edges[i]) for i, r in enumerate(rates))

    def rate(t):
        return factor * rates[np.searchsorted(breaks, t, side="right")]

    def density(t):
        entered = min(1.0, (total - t) / accrual)
        return entered * rate(t) * np.exp(-cumulative(t) - lost * t)

    return quad(density, 0, total, points=[*breaks, total - accrual], epsabs=1e-14, epsrel=1e-13, limit=400)[0]


for name, (upper, lower, h, alpha, ratio, power), (breaks, rates, lost, accrual, followup) in (
    ("symmetric", (1.25, 0.8, 1, 0.05, 1, 0.9), ([], [np.log(2) / 12], 0.0, 24, 24)),
    ("skewed", (1.3, 0.75, 0.95, 0.025, 2, 0.8), ([6.0], [0.05, 0.03], 0.01, 18, 30)),
):
    d = events(upper, lower, h, alpha, ratio, power)
    own, control = (probability(breaks, rates, f, lost, accrual, accrual + followup) for f in (h, 1))
    n = d / ((ratio * own + control) / (1 + ratio))
    print(name, "events", repr(float(d)), "subjects", repr(float(n)), "experimental", repr(float(n * ratio / (1 + ratio))))
