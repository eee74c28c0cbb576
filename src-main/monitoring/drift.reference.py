"""Makes drift.reference.json: samples, and what SciPy says about them.

Run: pip install scipy && python drift.reference.py
With a seed it prints other samples instead: python drift.reference.py 42
"""

import json
import os
import sys

import numpy as np
import scipy
from scipy import stats
from scipy.special import kolmogorov

rng = np.random.default_rng(int(sys.argv[1]) if len(sys.argv) > 1 else 11)


def numeric(a, b, method):
    a, b = np.sort(a), np.sort(b)
    ks = stats.ks_2samp(a, b, method=method)
    return {
        "a": a.tolist(),
        "b": b.tolist(),
        "method": method,
        "statistic": float(ks.statistic),
        "pValue": float(ks.pvalue),
        "wasserstein": float(stats.wasserstein_distance(a, b)),
    }


def normal(n, mean=0.0):
    return rng.normal(mean, 1, n).round(4)


samples = {
    "8 and 8": numeric(normal(8), normal(8, 1), "exact"),
    "30 and 30": numeric(normal(30), normal(30, 0.5), "exact"),
    "12 and 18, common divisor": numeric(normal(12), normal(18, 0.4), "exact"),
    "7 and 50, no common divisor": numeric(normal(7), normal(50), "exact"),
    "apart": numeric(normal(20), normal(25, 30), "exact"),
    "with ties": numeric(normal(40).round(0), normal(60, 0.3).round(0), "exact"),
    "equal": numeric(np.arange(10.0), np.arange(10.0), "exact"),
    "200 and 90, small p": numeric(normal(200), normal(90, 1), "exact"),
}


def contingency(a, b):
    result = stats.chi2_contingency(np.array([a, b]), correction=False)
    return {
        "a": a,
        "b": b,
        "statistic": float(result.statistic),
        "degreesOfFreedom": int(result.dof),
        "pValue": float(result.pvalue),
    }




def similar_counts():
    shares = rng.dirichlet(np.full(int(rng.integers(2, 12)), 5.0))
    changed = shares * rng.lognormal(0, 0.2, len(shares))
    before = rng.multinomial(3000, shares) + 60
    now = rng.multinomial(800, changed / changed.sum()) + 30
    return before.tolist(), now.tolist()


tables = [
    contingency([16, 18, 16, 14, 12, 12], [16, 16, 16, 16, 16, 8]),
    contingency([500, 300, 200], [40, 40, 20]),
    contingency([90, 10], [60, 40]),
    contingency([1000, 2000, 3000, 4000], [400, 200, 300, 100]),
    *(contingency(*similar_counts()) for _ in range(4 if len(sys.argv) > 1 else 0)),
]
tails = [[x, df, float(stats.chi2.sf(x, df))] for x in (0.01, 0.5, 3.84, 20, 150, 900) for df in (1, 2, 9, 100, 999)]
limits = [[x, float(kolmogorov(x))] for x in (0.2, 0.5, 0.8, 1.0, 1.36, 2.0, 4.0)]
adjusted = []
for _ in range(6):
    p = np.round(rng.random(9) ** 4, 5)
    adjusted.append([p.tolist(), (stats.false_discovery_control(p) <= 0.05).tolist()])

document = {
    "madeWith": f"SciPy {scipy.__version__}",
    "samples": samples,
    "tables": tables,
    "tails": tails,
    "limits": limits,
    "adjusted": adjusted,
}
text = json.dumps(document, separators=(",", ":"))
if len(sys.argv) > 1:
    print(text)
else:
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "drift.reference.json")
    with open(path, "w") as file:
        file.write(text + "\n")
