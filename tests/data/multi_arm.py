# Bounds of several arms over two or three looks: python3 multi_arm.py (numpy, scipy). Given the control's path by Gauss-Hermite rules,
# an arm by Gauss-Legendre rules between its bounds; the constant by brentq.
import numpy as np
from scipy.special import erfc
from scipy.optimize import brentq
from scipy.stats import norm
gh_x, gh_w = np.polynomial.hermite_e.hermegauss(60); gh_w = gh_w / gh_w.sum()
gl_x, gl_w = np.polynomial.legendre.leggauss(80)
Q = lambda z: 0.5 * erfc(z / np.sqrt(2))
phi = lambda z: np.exp(-z * z / 2) / np.sqrt(2 * np.pi)

def shown(t, u, l, rho, x, drift=0.0):
    """P(an arm is shown | increments x of the control), by look"""
    s, r = np.sqrt(1 + rho), np.sqrt(rho); th = drift * s
    w0, out = 0.0, []
    dens = None
    for k in range(len(t)):
        d = t[k] - (t[k-1] if k else 0.0); w0 = w0 + np.sqrt(d) * x[k]
        up = u[k] * s * np.sqrt(t[k]) + r * w0; lo = l[k] * s * np.sqrt(t[k]) + r * w0
        m = th * d
        if dens is None: out.append(Q((up - m) / np.sqrt(d)))
        else: out.append(np.sum(dens * Q((up - nodes - m) / np.sqrt(d)), axis=-1))
        if k + 1 < len(t):
            lo = max(lo, th * t[k] - 9 * np.sqrt(t[k])); hi = min(up, th * t[k] + 9 * np.sqrt(t[k]))
            hi = max(hi, lo)
            y = (lo + hi) / 2 + (hi - lo) / 2 * gl_x; w = (hi - lo) / 2 * gl_w
            if dens is None: f = phi((y - m) / np.sqrt(d)) / np.sqrt(d)
            else: f = (phi((y[:, None] - nodes[None, :] - m) / np.sqrt(d)) / np.sqrt(d) * dens[None, :]).sum(1)
            nodes, dens = y, f * w
    return np.array(out)

def error(t, u, l, rho, K):
    J = len(t); tot = 0.0
    for idx in np.ndindex(*([len(gh_x)] * J)):
        w = np.prod(gh_w[list(idx)])
        if w < 1e-13: continue
        R = shown(t, u, l, rho, gh_x[list(idx)]).sum()
        tot += w * -np.expm1(K * np.log1p(-min(R, 1.0)))
    return tot

def solve(t, shape, low, rho, K, alpha, a, b):
    return brentq(lambda c: error(t, [c * s for s in shape(t)], low(c, t), rho, K) - alpha, a, b, xtol=1e-9)
tri = (lambda t: [(1 + v) / np.sqrt(v) for v in t], lambda c, t: [c * (3 * v - 1) / np.sqrt(v) for v in t[:-1]] + [-np.inf])
none = lambda c, t: [-np.inf] * len(t)
def report(name, t, shape, low, rho, K, alpha, a, b):
    c = solve(t, shape, low, rho, K, alpha, a, b); print(name, [c * s for s in shape(t)], low(c, t), flush=True)
if __name__ == "__main__":
    import sys
    which = sys.argv[1]
    if which == "1":
        report("JSS triangular 2:1", [.5, 1], tri[0], tri[1], .5, 3, .05, 1.0, 1.3)
        report("JSS triangular 1:1", [.5, 1], tri[0], tri[1], 1., 3, .05, 1.0, 1.3)
        report("OBF four arms", [.5, 1], lambda t: [1/np.sqrt(v) for v in t], none, 1., 4, .025, 2.2, 2.7)
    elif which == "2":
        gh_x, gh_w = np.polynomial.hermite_e.hermegauss(24); gh_w = gh_w / gh_w.sum()
        gl_x, gl_w = np.polynomial.legendre.leggauss(40)
        report("JSS x:1", [1/3, 2/3, 1], lambda t: [1/v for v in t], lambda c, t: [0, 0, -np.inf], 1., 3, .05, 2.0, 2.1)
        report("Pocock two arms", [.3, .6, 1], lambda t: [1.0] * 3, none, 2., 2, .025, 2.2, 2.6)
    # Arms of several sizes: Π over the arms instead of a power.
    if which == "3":
        def error_of(t, u, l, rhos):
            tot = 0.0
            for idx in np.ndindex(*([len(gh_x)] * len(t))):
                w = np.prod(gh_w[list(idx)])
                if w < 1e-13: continue
                R = [min(shown(t, u, l, rho, gh_x[list(idx)]).sum(), 1.0) for rho in rhos]
                tot += w * -np.expm1(sum(np.log1p(-r) for r in R))
            return tot
        t, rhos = [.4, 1], [.5, 1., 2.]
        c = brentq(lambda c: error_of(t, [c / np.sqrt(v) for v in t], [0, -np.inf], rhos) - .025, 2.0, 2.6, xtol=1e-9)
        print("sizes 1/2, 1, 2, binding 0", [c / np.sqrt(v) for v in t])
