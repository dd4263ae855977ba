"""Reference values of scikit-learn, scipy and numpy for src/anomaly and src/quantile.ts.

    pip install scikit-learn==1.9.1 scipy==1.17.1
    python test/goldens/anomaly/make_goldens.py

residuals-normal.npy and residuals-abnormal.npy are 2,000 draws each of Gamma(9, 0.1) and Gamma(9.6, 0.1). They stay as
they are when they are there.
"""
import json
import pathlib

import numpy as np
import scipy
import sklearn
from scipy import special, stats
from sklearn import metrics

out = pathlib.Path(__file__).parent
rng = np.random.default_rng(0)
for name, shape in [("residuals-normal.npy", 9), ("residuals-abnormal.npy", 9.6)]:
    if not (out / name).exists():
        np.save(out / name, rng.gamma(shape, 0.1, 2000))
normal, abnormal = np.load(out / "residuals-normal.npy"), np.load(out / "residuals-abnormal.npy")


def means(values, n):
    return values[: len(values) // n * n].reshape(-1, n).mean(1)


def scores(a, b):
    return np.r_[np.zeros(len(a)), np.ones(len(b))], np.r_[a, b]


def areas(a, b):
    y, s = scores(a, b)
    return {
        "auc": float(metrics.roc_auc_score(y, s)),
        "partial": {str(f): float(metrics.roc_auc_score(y, s, max_fpr=f)) for f in (0.01, 0.05, 0.1, 0.3, 1)},
    }


def curve(a, b, drop):
    fpr, tpr, thresholds = metrics.roc_curve(*scores(a, b), drop_intermediate=drop)
    return {"fpr": list(fpr), "tpr": list(tpr), "thresholds": ["Infinity", *thresholds[1:]]}


def gamma_fit(values):
    shape, _, scale = stats.gamma.fit(values, floc=0)
    quantiles = {str(q): float(stats.gamma.ppf(q, shape, 0, scale)) for q in (0.5, 0.9, 0.99, 0.999)}
    return {"shape": float(shape), "scale": float(scale), "quantiles": quantiles}


# Rounded to one place, most scores have others that equal them.
tied = normal[:60].round(1), abnormal[:40].round(1)
few = [1.2, 0.9, 1.0, 1.1, 1.4, 0.8, 1.05]
arguments = [(a, x * a) for a in (0.3, 1, 9, 180, 25_000) for x in (0.2, 0.9, 1, 1.05, 3)]

reference = {
    "versions": {"scikit-learn": sklearn.__version__, "scipy": scipy.__version__, "numpy": np.__version__},
    "roc": {str(n): areas(means(normal, n), means(abnormal, n)) for n in (1, 5, 20)},
    "curves": [
        {"n": 20, "dropIntermediate": drop, **curve(means(normal, 20), means(abnormal, 20), drop)}
        for drop in (True, False)
    ],
    "tied": {
        "normal": list(tied[0]),
        "abnormal": list(tied[1]),
        **areas(*tied),
        "curves": [{"dropIntermediate": drop, **curve(*tied, drop)} for drop in (True, False)],
    },
    "quantiles": {str(q): float(np.quantile(normal, q)) for q in (0, 0.013, 0.5, 0.9, 0.99, 1)},
    "gammaFits": [{"n": n, **gamma_fit(means(normal, n))} for n in (1, 5, 20)],
    "gammaFitOfFew": {"values": few, **gamma_fit(few)},
    "special": {
        "gammainc": [[a, x, float(special.gammainc(a, x))] for a, x in arguments],
        "digamma": [[x, float(special.digamma(x))] for x in (0.1, 1, 2.5, 9, 1e4)],
        "trigamma": [[x, float(special.polygamma(1, x))] for x in (0.1, 1, 2.5, 9, 1e4)],
        "gammaQuantiles": [
            [a, q, float(stats.gamma.ppf(q, a))]
            for a in (0.05, 0.5, 1, 9, 180, 25_000)
            for q in (1e-6, 0.01, 0.5, 0.99, 0.999999)
        ],
    },
}
(out / "reference.json").write_text(json.dumps(reference, indent=1) + "\n")
