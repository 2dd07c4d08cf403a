"""Simon's two-stage designs by complete enumeration: every (r1, n1, r, n) with n up to 200, in exact binomial sums of NumPy.

The settings are those of Simon (1989), Control Clin Trials 10:1, tables 1 (p1 - p0 = 0.20) and 2 (0.15): p0, and (alpha, beta)
of (0.10, 0.10), (0.05, 0.20), (0.05, 0.10). Left out are only counts that cannot be better: a first stage with more subjects
than the best design has on average, and a stop that leaves more of them on average.

python3 tests/data/simon.py > tests/data/simon.csv
"""

import numpy as np
from scipy.stats import binom

MOST = 200


def tails(n2, n, p):
    """P(X2 > r - x) for x = 0 .. n (rows), r = 0 .. n (columns)."""
    x = np.arange(n + 1)
    return binom.sf(x[None, :] - x[:, None], n2, p)


def enumerate_designs(p0, p1, alpha, beta):
    optimal = (np.inf,)
    minimax = (np.inf, np.inf)
    pmf = {(n, p): binom.pmf(np.arange(n + 1), n, p) for n in range(1, MOST) for p in (p0, p1)}
    for n in range(2, MOST + 1):
        for n1 in range(1, n):
            # Minimax cares for the smallest n alone; afterwards only a smaller mean counts.
            still_minimax = minimax[0] >= n
            if n1 >= optimal[0] and not still_minimax:
                break
            pet = np.cumsum(pmf[n1, p0])
            mean = n1 + (1 - pet) * (n - n1)
            keep = np.cumsum(pmf[n1, p1]) <= beta  # else too many are lost at the first stage
            candidates = [r1 for r1 in range(n1) if keep[r1] and (still_minimax or mean[r1] < optimal[0])]
            if not candidates:
                continue
            above0, above1 = tails(n - n1, n, p0)[: n1 + 1], tails(n - n1, n, p1)[: n1 + 1]
            b0, b1 = pmf[n1, p0], pmf[n1, p1]
            for r1 in candidates:
                error = b0[r1 + 1 :] @ above0[r1 + 1 :]
                power = b1[r1 + 1 :] @ above1[r1 + 1 :]
                for r in np.nonzero((error <= alpha) & (power >= 1 - beta))[0]:
                    if r < r1:
                        continue
                    design = (mean[r1], r1, n1, int(r), n, error[r], power[r], pet[r1])
                    if design[0] < optimal[0]:
                        optimal = design
                    if (n, design[0]) < minimax[:2]:
                        minimax = (n, *design)
                    break
    return optimal, minimax[1:]


print("p0,p1,alpha,beta,kind,r1,n1,r,n,expected,error,power,stops")
for step, rates in ((0.20, (0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7)), (0.15, (0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8))):
    for p0 in rates:
        for alpha, beta in ((0.10, 0.10), (0.05, 0.20), (0.05, 0.10)):
            p1 = round(p0 + step, 2)
            for kind, d in zip(("optimal", "minimax"), enumerate_designs(p0, p1, alpha, beta)):
                mean, r1, n1, r, n, error, power, stops = d
                values = ",".join(repr(float(v)) for v in (mean, error, power, stops)).split(",")
                print(f"{p0},{p1},{alpha},{beta},{kind},{r1},{n1},{r},{n},{','.join(values)}", flush=True)
