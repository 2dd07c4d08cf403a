"""Values of adaptive.json: scipy alone, from the papers' formulas. Python 3, numpy, scipy 1.17.

Promising zone: Mehta & Pocock (2011), Gao, Ware & Mehta (2008). Dunnett: one-dimensional integral, and scipy's multivariate normal.
Sequential p-values: two looks by quadrature of the joint density, spending functions of Lan & DeMets.
"""

import json
import sys

import numpy as np
from scipy.integrate import quad
from scipy.optimize import brentq
from scipy.stats import multivariate_normal, norm


def promising(n2, n1, most, target, alpha=0.025):
    c, rest = norm.isf(alpha), n2 - n1
    hurdle = lambda z: (c * np.sqrt(n2) - z * np.sqrt(n1)) / np.sqrt(rest)
    power = lambda z, m=rest: norm.cdf(z * np.sqrt(m / n1) - hurdle(z))
    # Solved as an equation, not by its closed form.
    need = lambda z: brentq(lambda m: power(z, m) - target, rest * 0.5, 1e9) + n1
    total = lambda z: min(need(z), most)
    bound = lambda z, n: (np.sqrt((n - n1) / rest) * (c * np.sqrt(n2) - z * np.sqrt(n1)) + z * np.sqrt(n1)) / np.sqrt(n)
    end = brentq(lambda z: power(z) - target, 1e-6, 10)
    grid = np.linspace(end - 1e-9, 0.05, 20001)
    i = next(i for i, z in enumerate(grid) if bound(z, total(z)) > c + 1e-12)
    start = brentq(lambda z: bound(z, total(z)) - c, grid[i], grid[i - 1], xtol=1e-14)
    rule = lambda z: total(z) if start <= z < end else n2

    def mean(drift, f):
        mu = drift * np.sqrt(n1 / n2)
        g = lambda z: norm.pdf(z - mu) * f(z)
        edges = [mu - 9, start, end, mu + 9]
        if power(start, most - n1) < target:
            edges.insert(2, brentq(lambda z: power(z, most - n1) - target, start, end))
        return sum(quad(g, a, b, epsabs=1e-12, epsrel=1e-11, limit=100)[0] for a, b in zip(edges, edges[1:]))

    def rejects(drift, usual):
        def at(z):
            n = rule(z)
            m = n - n1
            h = (c * np.sqrt(n) - z * np.sqrt(n1)) / np.sqrt(m) if usual else hurdle(z)
            return norm.sf(h - drift * np.sqrt(m / n2))
        return mean(drift, at)

    zs = [0.4, 1.3, 1.6]
    return {
        "planned": n2, "interim": n1, "maximum": most, "target": target,
        "zone_limits_z": [start, end], "zone_limits": [power(start), power(end)],
        "z": zs, "conditional_power": [power(z) for z in zs], "information": [rule(z) for z in zs],
        "bound_at_maximum": [bound(z, most) for z in zs],
        "drifts": [0.0, 2.0, 3.0],
        "weighted": [rejects(d, False) for d in (0.0, 2.0, 3.0)],
        "unweighted": [rejects(d, True) for d in (0.0, 2.0, 3.0)],
        "expected_information": [mean(d, rule) for d in (0.0, 2.0, 3.0)],
    }


def dunnett(ratios, z):
    f = lambda x: norm.pdf(x) * np.prod([norm.cdf(np.sqrt(1 + r) * z + np.sqrt(r) * x) for r in ratios])
    tail = lambda x: norm.pdf(x) - f(x)
    value = sum(quad(tail, a, a + 2, epsabs=1e-15, epsrel=1e-12)[0] for a in range(-14, 14, 2))
    b = np.sqrt(np.array(ratios) / (1 + np.array(ratios)))
    corr = np.outer(b, b)
    np.fill_diagonal(corr, 1)
    mvn = 1 - multivariate_normal.cdf(np.full(len(ratios), z), cov=corr, abseps=1e-9, releps=1e-9)
    assert abs(mvn - value) < 1e-5, (mvn, value)
    return value


SPENDING = {
    "OBrienFleming": lambda t, a: 2 * norm.sf(norm.isf(a / 2) / np.sqrt(t)) if t < 1 else a,
    "Pocock": lambda t, a: a * np.log(1 + (np.e - 1) * t),
}


def sequential(name, looks):
    spend = SPENDING[name]
    t = [u for u, _ in looks]

    def margin(alpha):
        first = norm.isf(spend(t[0], alpha))
        found = [looks[0][1] - first]
        if len(looks) == 2:
            rho = np.sqrt(t[0] / t[1])
            joint = lambda b: quad(lambda x: norm.pdf(x) * norm.sf((b - rho * x) / np.sqrt(1 - rho**2)), -12, first,
                                   epsabs=1e-15, epsrel=1e-12, limit=200)[0]
            own = spend(t[1], alpha) - spend(t[0], alpha)
            second = brentq(lambda b: np.log(joint(b)) - np.log(own), -5, 9, xtol=1e-13)
            found.append(looks[1][1] - second)
        return max(found)

    return brentq(margin, 1e-7, 0.49, xtol=1e-15, rtol=1e-13)


json.dump({
    "promising": [promising(*a) for a in [(442, 208, 884, 0.8), (100, 50, 150, 0.9), (300, 75, 900, 0.9), (200, 150, 300, 0.8)]],
    "dunnett": [{"ratios": r, "z": z, "p": dunnett(r, z)} for r, z in
                [([1, 1], 2.212), ([1, 1, 1], 2.349), ([0.5, 1, 2], 1.3), ([1, 1, 1, 1], 4.5), ([2, 3], -0.5)]],
    "sequential": [{"spending": s, "looks": l, "p": sequential(s, l)} for s, l in
                   [("OBrienFleming", [(0.5, 2.6)]), ("OBrienFleming", [(0.5, 1.2), (1.0, 2.1)]), ("Pocock", [(0.4, 2.2), (0.9, 2.0)]),
                    ("OBrienFleming", [(0.7, 3.1), (1.0, 1.0)])]],
}, sys.stdout, indent=1)
