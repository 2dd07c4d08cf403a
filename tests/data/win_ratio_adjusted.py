"""Win statistics with inverse-probability weights for censoring, straight from the definition.

A pair is decided on an endpoint by the event of the loser at y, if the winner was free of it up to y and all
endpoints above are tied up to the horizon. It has the weight 1/(G1(D1-) G0(D0-)), D the time up to which each of the two
had to be under observation for that (no longer than its own first event), G the Kaplan-Meier estimate of censoring in its
group, events first. Errors: the infinitesimal jackknife by differences of fourth order in the weight of each subject.

python3 win_ratio_adjusted.py > win_ratio_adjusted.json
"""
import json, random
INF = float("inf")

def G(sub, w, t):
    """P(C >= t): censorings before t."""
    g = 1.0
    for u in sorted({s["X"] for s in sub if s["c"] and s["X"] < t}):
        r = sum(x for s, x in zip(sub, w) if s["X"] > u or (s["X"] == u and s["c"]))
        c = sum(x for s, x in zip(sub, w) if s["X"] == u and s["c"])
        g *= 1 - c / r
    return g

def prepare(rows):
    out = []
    for ep in rows:  # [(t, e), ...] by priority
        t1, e1 = ep[0]
        lost = [t for t, e in ep if not e and (not e1 or t < t1)]
        X, c = (min(lost), True) if lost else (t1, False)
        out.append(dict(ep=ep, X=X, c=c))
    return out

def outcome(a, b, tau):
    """(endpoint, +1 or -1, needed time of a, of b) or None."""
    def seen(s, l):
        t, e = s["ep"][l]
        end = min(tau, s["X"]) if s["c"] else tau
        return (t, True) if e and t <= end else (min(t, end), False)
    need = 0.0
    for l in range(len(a["ep"])):
        (ta, ea), (tb, eb) = seen(a, l), seen(b, l)
        sign, y = 0, None
        if eb and (ta > tb or (ta == tb and not ea)): sign, y = 1, tb
        elif ea and (tb > ta or (tb == ta and not eb)): sign, y = -1, ta
        if sign:
            need = max(need, y)
            own = []
            for s in (a, b):
                d = min(need, s["ep"][0][0]) if s["ep"][0][1] and s["ep"][0][0] <= tau else need
                if s["c"] and s["X"] < d: return None
                own.append(d)
            return l, sign, own[0], own[1]
        need = max(need, ta if ea and eb else tau)
    return None

def shares(A, B, wa, wb, tau):
    k = len(A[0]["ep"]); s = [[0.0, 0.0] for _ in range(k)]
    ga, gb = {}, {}
    for i, a in enumerate(A):
        for j, b in enumerate(B):
            o = outcome(a, b, tau)
            if o is None: continue
            l, sign, da, db = o
            if da not in ga: ga[da] = G(A, wa, da)
            if db not in gb: gb[db] = G(B, wb, db)
            s[l][0 if sign > 0 else 1] += wa[i] * wb[j] / (ga[da] * gb[db])
    n = sum(wa) * sum(wb)
    return [[x / n for x in r] for r in s]

def total(A, B, wa, wb, tau):
    s = shares(A, B, wa, wb, tau)
    return [sum(r[0] for r in s), sum(r[1] for r in s)]

def variance(A, B, tau):
    h = 1e-3; var = [0.0, 0.0, 0.0]
    for side, n in ((0, len(A)), (1, len(B))):
        for i in range(n):
            def at(e):
                wa, wb = [1.0] * len(A), [1.0] * len(B)
                (wa if side == 0 else wb)[i] += e
                return total(A, B, wa, wb, tau)
            p2, p1, m1, m2 = at(2 * h), at(h), at(-h), at(-2 * h)
            u = [(8 * (p1[q] - m1[q]) - (p2[q] - m2[q])) / (12 * h) for q in (0, 1)]
            var[0] += u[0] ** 2; var[1] += u[1] ** 2; var[2] += u[0] * u[1]
    return var

def draw(rng, n, whole, endpoints):
    rows = []
    for _ in range(n):
        q = (lambda x: max(1.0, float(round(x)))) if whole else (lambda x: round(x, 4))
        death, hosp, cens = q(rng.expovariate(1 / 12)), q(rng.expovariate(1 / 8)), q(rng.uniform(3, 25))
        end = min(death, cens)
        ep = [(end, death <= cens)]
        if endpoints == 2: ep.append((hosp, True) if hosp <= end else (end, False))
        rows.append(ep)
    return rows

rng = random.Random(20200)
cases = []
for whole, endpoints, strata, tau in ((False, 1, 1, 10), (True, 1, 1, 12), (False, 2, 1, 9), (True, 2, 1, 11), (True, 2, 2, 10)):
    case = dict(tau=tau, strata=[])
    parts = []
    for s in range(strata):
        a, b = draw(rng, 12 + 3 * s, whole, endpoints), draw(rng, 10 + s, whole, endpoints)
        A, B = prepare(a), prepare(b)
        one = [1.0] * len(A), [1.0] * len(B)
        sh, var = shares(A, B, *one, tau), variance(A, B, tau)
        w = len(A) * len(B) / (len(A) + len(B))
        parts.append((w, sh, var)); case["strata"].append(dict(first=a, second=b))
    W = sum(p[0] for p in parts)
    case["shares"] = [[sum(p[0] / W * p[1][l][q] for p in parts) for q in (0, 1)] for l in range(endpoints)]
    case["variance"] = [sum((p[0] / W) ** 2 * p[2][q] for p in parts) for q in range(3)]
    cases.append(case)
print(json.dumps(cases))
