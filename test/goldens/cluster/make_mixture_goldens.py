"""Reference values of scikit-learn for mixtures, PCA and indices in odd cases, on the matrices of make_goldens.py.

    pip install scikit-learn==1.9.1
    python test/goldens/cluster/make_mixture_goldens.py
"""
import json
import pathlib

import numpy as np
import sklearn
from sklearn import decomposition, metrics, mixture
from sklearn.mixture._gaussian_mixture import _compute_precision_cholesky, _estimate_gaussian_parameters

out = pathlib.Path(__file__).parent
wide = {name: np.load(out / f"{name}.npy").astype(np.float64) for name in ["blobs", "overlapping"]}
truth = {name: np.load(out / f"{name}.truth.npy") for name in wide}
reference = {"scikit-learn": sklearn.__version__, "numpy": np.__version__}

# One step of expectation-maximization: 6 features, every row shared a little by all components.
x, labels, k = wide["overlapping"][:, :6], truth["overlapping"], 7
shares = 0.8 * np.eye(k)[labels] + 0.2 / k
reference["steps"] = {}
for kind in ["full", "tied", "diag", "spherical"]:
    counts, means, covariances = _estimate_gaussian_parameters(x, shares, 1e-6, kind)
    gmm = mixture.GaussianMixture(k, covariance_type=kind)
    gmm.weights_, gmm.means_, gmm.covariances_ = counts / counts.sum(), means, covariances
    gmm.precisions_cholesky_ = _compute_precision_cholesky(covariances, kind)
    gmm._set_parameters((gmm.weights_, means, covariances, gmm.precisions_cholesky_))
    reference["steps"][kind] = {
        "weights": gmm.weights_.tolist(),
        "means": means.ravel().tolist(),
        "covariances": covariances.ravel().tolist(),
        "precisions": gmm.precisions_.ravel()[:36].tolist(),
        "scoreSamples": gmm.score_samples(x)[:10].tolist(),
        "predictProba": gmm.predict_proba(x)[:10].ravel().tolist(),
        "bic": float(gmm.bic(x)),
        "aic": float(gmm.aic(x)),
    }

reference["fits"] = [
    {
        "name": name,
        "k": k,
        "covarianceType": kind,
        "lowerBound": float(
            mixture.GaussianMixture(k, covariance_type=kind, n_init=10, random_state=0).fit(wide[name]).lower_bound_
        ),
    }
    for name, k in [("blobs", 5), ("overlapping", 7)]
    for kind in ["full", "tied", "diag", "spherical"]
]

reference["pca"] = []
for rows, n_components in [(800, 5), (800, 24), (10, 6)]:
    for whiten in [False, True]:
        part = wide["overlapping"][:rows]
        pca = decomposition.PCA(n_components, whiten=whiten, svd_solver="full").fit(part)
        reference["pca"].append({
            "rows": rows,
            "nComponents": n_components,
            "whiten": whiten,
            "components": pca.components_[:6].ravel().tolist(),
            "explainedVariance": pca.explained_variance_.tolist(),
            "explainedVarianceRatio": pca.explained_variance_ratio_.tolist(),
            "singularValues": pca.singular_values_.tolist(),
            "transformed": pca.transform(part)[:3].ravel().tolist(),
        })

rng = np.random.default_rng(3)
points = rng.normal(size=(12, 3)).round(3)
twins = np.repeat(points[:4], 3, axis=0)
far = points + 100
cases = [
    ("two clusters, one of a single row", points, [0] * 11 + [1]),
    ("one row less than clusters", points, [0, 0, *range(1, 11)]),
    ("clusters of equal rows", twins, [0, 0, 0, 1, 1, 1, 2, 2, 2, 3, 3, 3]),
    ("equal rows in different clusters", twins, [0, 1, 2] * 4),
    ("all rows equal", np.full((12, 3), 2.5), [0, 1, 2, 3] * 3),
    ("rows far from zero", far, [0, 1, 2] * 4),
    ("two places", np.repeat([[0.0, 0.0], [1.0, 0.0]], 6, axis=0), [0] * 6 + [1] * 6),
    ("labels with gaps", points, [5, 5, -3, -3, 100, 100] * 2),
]
reference["oddIndices"] = [
    {
        "name": name,
        "x": x.tolist(),
        "labels": labels,
        "silhouette": float(metrics.silhouette_score(x, labels)),
        "calinskiHarabasz": float(metrics.calinski_harabasz_score(x, labels)),
        "daviesBouldin": float(metrics.davies_bouldin_score(x, labels)),
    }
    for name, x, labels in cases
]
pairs = [
    ([0, 0, 0, 0], [0, 0, 0, 0]),
    ([0, 1, 2, 3], [3, 2, 1, 0]),
    ([0, 0, 0, 0], [0, 1, 2, 3]),
    ([0, 1, 0, 1], [0, 0, 1, 1]),
    ([0, 0, 1, 1, 2, 2], [0, 0, 1, 2, 2, 2]),
    ([0], [4]),
    ([0, 1], [0, 0]),
    ([-1, -1, 7, 7, 7], [1, 2, 2, 2, 2]),
]
reference["oddPairs"] = [
    {
        "a": a,
        "b": b,
        "ari": float(metrics.adjusted_rand_score(a, b)),
        "nmi": float(metrics.normalized_mutual_info_score(a, b)),
    }
    for a, b in pairs
]

(out / "mixtures.json").write_text(json.dumps(reference) + "\n")
