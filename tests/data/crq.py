"""Values of censored quantile regression from its definition, each step as a linear programme by HiGHS.

scipy.optimize.linprog(method="highs-ds"): minimise sum v h - c'b subject to h >= z'b - y, h >= 0. Written after Peng and
Huang (2008) and Portnoy (2003); events before censorings at one time, ties aside. Python 3, scipy.
"""
import csv, json
import numpy as np
from scipy.optimize import linprog
from pathlib import Path
DATA = Path(__file__).parent

def solve(z, y, v, c):
    use = v > 0
    z, y, v = z[use], y[use], v[use]
    n, p = z.shape
    A = np.hstack([z, -np.eye(n)])
    r = linprog(np.concatenate([-c, v]), A_ub=A, b_ub=y, bounds=[(None, None)] * p + [(0, None)] * n, method="highs-ds",
                options=dict(primal_feasibility_tolerance=1e-10, dual_feasibility_tolerance=1e-10))
    return r.x[:p] if r.status == 0 else None

def peng_huang(z, y, d, w, grid):
    a, before, path = np.zeros(len(y)), 0.0, []
    for tau in grid:
        to = -np.log1p(-tau)
        risk = np.ones(len(y), bool) if not path else y - z @ path[-1] >= -1e-8
        a[risk] += to - before
        before = to
        b = solve(z, y, w * d, z.T @ (w * a))
        if b is None: break
        path.append(b)
    return path

def portnoy(z, y, d, w, grid):
    n = len(y); passed = np.full(n, np.nan); out = np.zeros(n, bool)
    start = min(grid[0] / 2, 0.5 / max(w.sum(), 1))
    path, before = [], None
    for tau in [start] + list(grid):
        while True:
            with np.errstate(invalid="ignore"):
                share = np.where(np.isnan(passed), 1.0, np.clip((tau - passed) / (1 - passed), 0, 1))
            v = np.where(out, 0, w * share)
            b = solve(z, y, v, z.T @ np.where(out, 0, tau * w))
            if b is None: return path[1:]
            r = y - z @ b
            new = (d == 0) & np.isnan(passed) & ~out & (r <= 1e-8)
            if not new.any(): break
            if not path: out |= new
            else:
                then = y - z @ path[-1]
                passed[new] = before + (tau - before) * (then[new] / (then[new] - r[new]))
        path.append(b); before = tau
    return path[1:]

def frame(name):
    rows = list(csv.DictReader(open(DATA / f"{name}.csv")))
    return {k: np.array([float(r[k]) if r[k] not in ("", "NA") else np.nan for r in rows]) for k in rows[0]}

cases = []
def case(name, data, event, covariates, scale, grid, weighted=False):
    f = frame(data)
    keep = np.ones(len(f["time"]), bool)
    t, d = f["time"], (f["status"] == event).astype(float)
    y = np.log(t) if scale == "log" else t
    z = np.column_stack([np.ones(len(t))] + [f[c] for c in covariates])
    w = f["w"] if weighted else np.ones(len(t))
    s = np.where(np.arange(z.shape[1]) == 0, 1, z.std(0)); 
    for method, run in (("PengHuang", peng_huang), ("Portnoy", portnoy)):
        path = run(z / np.where(s > 0, s, 1), y, d, w, grid)
        cases.append(dict(name=f"{name} {method}", kind="crq", data=data,
            inputs=dict(event=event, covariates=covariates, scale=scale, grid=list(grid), weighted=weighted, method=method),
            output=dict(coefficients=[list(b / np.where(s > 0, s, 1)) for b in path])))
grid = [k / 23.7 for k in range(1, 23)]
fine = [k / 101.3 for k in range(1, 100)]
case("lung", "lung", 2, ["age", "sex"], "log", fine)
case("veteran", "veteran", 1, ["karno", "age", "diagtime"], "log", grid)
case("veteran time", "veteran", 1, ["karno", "prior"], "identity", grid)
case("veteran weights", "veteran", 1, ["karno", "age"], "log", grid, True)
case("pbc", "pbc", 2, ["age", "bili", "edema"], "log", fine)
json.dump(cases, open(DATA / "crq.json", "w"))
for c in cases: print(c["name"], len(c["output"]["coefficients"]))
