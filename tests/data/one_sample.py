"""Size of the one-sample log-rank test under exponential survival, Wu (2015): the integrals by adaptive quadrature (SciPy).

python3 tests/data/one_sample.py
"""

import numpy as np
from scipy.integrate import quad
from scipy.stats import norm

known, ratio, accrual, total, alpha, power = np.log(2) / 9, 0.6, 5.0, 8.0, 0.05, 0.8
hazard = known * ratio


def integral(f):
    at_risk = lambda t: min(1.0, (total - t) / accrual) * np.exp(-hazard * t)
    return quad(lambda t: at_risk(t) * f(t), 0, total, points=[total - accrual], epsabs=1e-14, epsrel=1e-13)[0]


observed, expected = integral(lambda t: hazard), integral(lambda t: known)
twist = integral(lambda t: known * t * (known - hazard))
own = observed + 2 * twist - (observed - expected) ** 2
n = (norm.isf(alpha) * np.sqrt(expected) + norm.ppf(power) * np.sqrt(own)) ** 2 / (expected - observed) ** 2
print("subjects", repr(float(n)), "events", repr(float(n * observed)), "expected", repr(float(n * expected)))
