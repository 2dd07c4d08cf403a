"""Values of tests/parametric/interval_regression.rs that no code of the crate made: the likelihood over all increments of the
cumulative hazard (or of the odds) on the maximal intersections, maximised by scipy's BFGS over their logarithms, then by Newton's
method in 40 digits (mpmath, second differences) over those that are not 0; one is taken back where the derivative by it is above 0,
and leaves where it would be negative.
Python 3, numpy, scipy, mpmath. Prints coefficients, log likelihood, and profile-likelihood limits of exp(beta of x)."""
import numpy as np
import mpmath as mp
from scipy.optimize import brentq, minimize

mp.mp.dps = 40
INF = float("inf")
L = [0, 1, 2, 3, 5, 0, 2, 4, 6, 6, 1, 3, 2.5, 4.5, 0, 7]
R = [2, 3, 4, 6, 7, 3, 6, 8, INF, INF, 5, INF, 2.5, 4.5, 1, INF]
X = [0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 0, 1, 1, 0]
Z = [0.3, -1.2, 0.8, 0.1, -0.4, 1.9, 0.7, -0.6, -1.5, 0.2, 1.1, -0.9, 0.5, -0.2, 1.4, -0.8]
WEIGHT = [1, 2, 1, 1, 3, 1, 1, 1, 2, 1, 1, 1, 1, 2, 1, 1]
STRATUM = [0, 1] * 6 + [1, 0, 0, 0]


def intersections(lower, upper):
    left = [(l, 0) if l == r else (l, 1) for l, r in zip(lower, upper)]
    lefts, places, k = sorted(left), [], 0
    for r in sorted({(r, 0) for r in upper}):
        last = None
        while k < len(lefts) and lefts[k] <= r:
            last, k = lefts[k], k + 1
        if last is not None:
            places.append((last, r))
    cover = []
    for a, r in zip(left, upper):
        inside = [j for j, (b, e) in enumerate(places) if b >= a and e <= (r, 0)]
        cover.append((inside[0], inside[-1]))
    return len(places), cover


class Model:
    def __init__(self, kind, lower, upper, x, weight, stratum):
        self.kind, self.x, self.weight = kind, [list(map(float, r)) for r in x], weight
        self.rows, self.places = [], 0
        self.open = []
        for s in sorted(set(stratum)):
            of = [i for i in range(len(lower)) if stratum[i] == s]
            m, cover = intersections([lower[i] for i in of], [upper[i] for i in of])
            o = self.places
            self.rows += [(i, o + a, o + b, o, o + m - 1) for i, (a, b) in zip(of, cover)]
            self.open += range(o, o + m - 1)
            self.places += m

    def value(self, h, beta, lib):
        total = 0
        for i, a, b, first, last in self.rows:
            e = lib.exp(sum(v * c for v, c in zip(self.x[i], beta)))
            before = e * sum(h[j] for j in range(first, a))
            within = e * sum(h[j] for j in range(a, b + 1)) if b < last else None
            if self.kind == "ph":
                v = -before + (0 if within is None else lib.log(1 - lib.exp(-within)))
            else:
                v = -lib.log(1 + before)
                v += 0 if within is None else lib.log(within) - lib.log(1 + before + within)
            total += self.weight[i] * v
        return total

    def unpack(self, theta, free, lib):
        h = [0] * self.places
        for t, j in zip(theta, free):
            h[j] = t if lib is None else lib.exp(t)
        return h, self.held + list(theta[len(free):])

    # Coefficients that are held, the first ones.
    held = []

    def fit(self):
        p = len(self.x[0]) - len(self.held)
        start = np.concatenate([np.full(len(self.open), -1.0), np.zeros(p)])
        rough = minimize(lambda t: -self.value(*self.unpack(t, self.open, np), np), start, method="BFGS")
        h, beta = self.unpack(rough.x, self.open, np)
        free = [j for j in self.open if h[j] > 1e-4]
        while True:
            theta = [mp.mpf(float(h[j])) for j in free] + [mp.mpf(float(b)) for b in beta[len(self.held):]]
            theta = self.newton(theta, free)
            h, beta = self.unpack(theta, free, None)
            if any(h[j] < 0 for j in free):
                free = [j for j in free if h[j] > 0]
                continue
            top, small = self.value(h, beta, mp), mp.mpf(10) ** -12
            worst = (0, None)
            for j in set(self.open) - set(free):
                moved = list(h)
                moved[j] = small
                worst = max(worst, ((self.value(moved, beta, mp) - top) / small, j), key=lambda v: v[0])
            if worst[1] is None:
                return [mp.nstr(b, 17) for b in beta], mp.nstr(top, 17)
            free = sorted(free + [worst[1]])
            h[worst[1]] = mp.mpf("0.01")

    def newton(self, theta, free):
        k, d = len(theta), mp.mpf(10) ** -12

        def at(*moves):
            t = list(theta)
            for a, sign in moves:
                t[a] += sign * d
            return self.value(*self.unpack(t, free, None), mp)

        for _ in range(20):
            g, hessian, top = mp.matrix(k, 1), mp.matrix(k, k), at()
            up, down = [at((a, 1)) for a in range(k)], [at((a, -1)) for a in range(k)]
            for a in range(k):
                g[a] = (up[a] - down[a]) / (2 * d)
                hessian[a, a] = (up[a] - 2 * top + down[a]) / d**2
                for b in range(a):
                    mixed = (at((a, 1), (b, 1)) - up[a] - up[b] + top) / d**2
                    hessian[a, b] = hessian[b, a] = mixed
            step = mp.lu_solve(hessian, -g)
            theta = [t + s for t, s in zip(theta, step)]
            if max(abs(s) for s in step) < mp.mpf(10) ** -16:
                break
        return theta

    def profile(self, b):
        """The log likelihood with the first coefficient held."""
        self.held = [b]
        top = float(self.fit()[1])
        self.held = []
        return top



for kind in ["ph", "po"]:
    model = Model(kind, L, R, zip(X, Z), WEIGHT, [0] * 16)
    beta, top = model.fit()
    fall = lambda b: model.profile(b) - float(top) + 3.841458820694124 / 2
    hat = float(beta[0])
    limits = [np.exp(brentq(fall, hat - 4, hat, xtol=1e-11)), np.exp(brentq(fall, hat, hat + 4, xtol=1e-11))]
    print(kind, "x, z, weights:", beta, top, limits)
    print(kind, "z, strata:", Model(kind, L, R, [[v] for v in Z], [1] * 16, STRATUM).fit())
t = [3, 5, 6, 8, 9, 11, 12, 14, 15, 17]
event = [1, 1, 0, 1, 1, 0, 1, 1, 0, 1]
x = [0, 1, 0, 0, 1, 1, 0, 1, 0, 1]
print("right-censored ph:", Model("ph", t, [a if e else INF for a, e in zip(t, event)], [[v] for v in x], [1] * 10, [0] * 10).fit())
