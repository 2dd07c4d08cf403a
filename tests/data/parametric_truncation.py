"""Maxima of likelihoods with right truncation, by mpmath 1.3 with 40 digits from scipy's minimiser.

python3 parametric_truncation.py > parametric_truncation.json
"""
import json

import mpmath as mp
import numpy as np
from scipy.optimize import minimize

mp.mp.dps = 40
n = 40
rng = np.random.default_rng(15)
rows = []
while len(rows) < n:
    x = float(rng.integers(0, 2))
    t = float(np.round(np.exp(0.6 + 0.5 * x) * rng.weibull(1.4), 3))
    entry = float(np.round(rng.uniform(0, 0.4), 3)) if rng.uniform() < 0.3 else 0.0
    until = float(np.round(rng.uniform(1.5, 6), 3)) if rng.uniform() < 0.8 else float("inf")
    if not entry < t <= until:
        continue
    kind = rng.uniform()
    if kind < 0.6:
        low, up = t, t
    elif kind < 0.8:
        low = max(entry, float(np.floor(t)))
        up = min(until, float(np.floor(t)) + 1.0)
    else:
        low, up = max(entry, float(np.round(0.7 * t, 3))), float("inf")
    rows.append((low, up, entry, until, x))


def survival(family, t, eta, tau):
    if t == mp.inf:
        return mp.mpf(0)
    if t <= 0:
        return mp.mpf(1)
    w = (mp.log(t) - eta) / mp.exp(tau)
    if family == "weibull":
        return mp.exp(-mp.exp(w))
    if family == "log-normal":
        return mp.erfc(w / mp.sqrt(2)) / 2
    return 1 / (1 + mp.exp(w))


def density(family, t, eta, tau):
    s = mp.exp(tau)
    w = (mp.log(t) - eta) / s
    if family == "weibull":
        return mp.exp(w - mp.exp(w)) / s / t
    if family == "log-normal":
        return mp.exp(-w * w / 2) / mp.sqrt(2 * mp.pi) / s / t
    return mp.exp(w) / (1 + mp.exp(w)) ** 2 / s / t


def log_likelihood(family, theta):
    total = mp.mpf(0)
    for low, up, entry, until, x in rows:
        low, up, entry, until = (mp.inf if v == float("inf") else mp.mpf(repr(v)) for v in (low, up, entry, until))
        up = min(up, until)
        eta, tau = theta[0] + theta[1] * x, theta[2]
        if low == up:
            own = density(family, low, eta, tau)
        else:
            own = survival(family, low, eta, tau) - survival(family, up, eta, tau)
        seen = survival(family, entry, eta, tau) - survival(family, until, eta, tau)
        total += mp.log(own / seen)
    return total


answers = []
for family in ("weibull", "log-normal", "log-logistic"):
    mp.mp.dps = 20
    rough = minimize(lambda b: -float(log_likelihood(family, [mp.mpf(v) for v in b])), [0.6, 0.4, -0.3], method="BFGS", options={"gtol": 1e-6})
    mp.mp.dps = 40
    theta = mp.matrix([mp.mpf(v) for v in rough.x])

    def slope(theta, j):
        h = mp.mpf(10) ** -12
        up, down = theta.copy(), theta.copy()
        up[j] += h
        down[j] -= h
        return (log_likelihood(family, up) - log_likelihood(family, down)) / (2 * h)

    def curvature(theta):
        h = mp.mpf(10) ** -10
        m = mp.matrix(3, 3)
        for j in range(3):
            up, down = theta.copy(), theta.copy()
            up[j] += h
            down[j] -= h
            for i in range(3):
                m[i, j] = (slope(up, i) - slope(down, i)) / (2 * h)
        return m

    for _ in range(4):
        h = curvature(theta)
        theta = theta - mp.lu_solve(h, mp.matrix([slope(theta, j) for j in range(3)]))
    inverse = (-curvature(theta)) ** -1
    answers.append({
        "family": family,
        "coefficients": [float(v) for v in theta],
        "std_errors": [float(mp.sqrt(inverse[j, j])) for j in range(3)],
        "log_likelihood": float(log_likelihood(family, theta)),
    })

finite = lambda v: None if v == float("inf") else v
columns = ["lower", "upper", "entry", "until", "x"]
data = {name: [finite(row[k]) for row in rows] for k, name in enumerate(columns)}
print(json.dumps({"data": data, "answers": answers}))
