"""Reference values of scikit-learn for src/cluster: two matrices and what the indices and fits give on them.

    pip install scikit-learn==1.9.1
    python test/goldens/cluster/make_goldens.py
"""
import json
import pathlib

import numpy as np
import sklearn
from sklearn import cluster, datasets, metrics, mixture

out = pathlib.Path(__file__).parent
rng = np.random.default_rng(0)
reference = {"scikit-learn": sklearn.__version__, "numpy": np.__version__, "matrices": []}


def indices(x, labels):
    p = np.bincount(labels) / len(labels)
    p = p[p > 0]
    return {
        "silhouette": float(metrics.silhouette_score(x, labels)),
        "calinskiHarabasz": float(metrics.calinski_harabasz_score(x, labels)),
        "daviesBouldin": float(metrics.davies_bouldin_score(x, labels)),
        "entropy": float(-(p * np.log2(p)).sum()),
    }


for name, n, d, k, spread, seed in [
    ("blobs", 600, 16, 5, 1.5, 976585513),
    ("overlapping", 800, 24, 7, 9.0, 807390419),
]:
    x, truth = datasets.make_blobs(n, d, centers=k, cluster_std=spread, random_state=seed)
    x, truth = x.astype(np.float32), truth.astype(np.int32)
    noise = rng.integers(0, k, n).astype(np.int32)
    noise[0] = k  # a singleton cluster
    for part, array in [("", x), (".truth", truth), (".random", noise)]:
        np.save(out / f"{name}{part}.npy", array)

    wide = x.astype(np.float64)
    best = cluster.KMeans(k, n_init=20, random_state=0).fit(wide)
    # From the first rows there is no chance: iterations and labels must be the same.
    fixed = cluster.KMeans(k, init=wide[:k], n_init=1, random_state=0).fit(wide)
    gmm = mixture.GaussianMixture(k, covariance_type="diag", n_init=10, random_state=0).fit(wide)
    reference["matrices"].append({
        "name": name,
        "k": k,
        "indices": {"truth": indices(wide, truth), "random": indices(wide, noise)},
        "silhouetteSamples": metrics.silhouette_samples(wide, noise)[:10].tolist(),
        "ari": float(metrics.adjusted_rand_score(truth, noise)),
        "ariNear": float(metrics.adjusted_rand_score(truth, best.labels_)),
        "nmi": float(metrics.normalized_mutual_info_score(truth, noise)),
        "nmiNear": float(metrics.normalized_mutual_info_score(truth, best.labels_)),
        "kMeans": {"inertia": float(best.inertia_), "labels": best.labels_.tolist()},
        "kMeansFromFirstRows": {
            "inertia": float(fixed.inertia_), "nIter": int(fixed.n_iter_), "labels": fixed.labels_.tolist(),
        },
        "gmm": {
            "weights": gmm.weights_.tolist(),
            "means": gmm.means_.ravel().tolist(),
            "covariances": gmm.covariances_.ravel().tolist(),
            "score": float(gmm.score(wide)),
            "bic": float(gmm.bic(wide)),
            "scoreSamples": gmm.score_samples(wide)[:10].tolist(),
            "predictProba": gmm.predict_proba(wide)[:10].ravel().tolist(),
            "ari": float(metrics.adjusted_rand_score(truth, gmm.predict(wide))),
        },
    })

# Clusters that run empty: eight places, twelve first centres of which most are equal.
places = np.repeat(np.arange(8.0) ** 2, [9, 1, 5, 2, 3, 4, 1, 7])[:, None] * [1.0, -0.5]
start = np.vstack([np.zeros((5, 2)), places[[10, 16, 25]]])
empty = cluster.KMeans(8, init=start, n_init=1).fit(places)
reference["emptyClusters"] = {
    "x": places.ravel().tolist(), "init": start.ravel().tolist(), "inertia": float(empty.inertia_),
    "labels": empty.labels_.tolist(), "nIter": int(empty.n_iter_),
}

(out / "reference.json").write_text(json.dumps(reference, indent=1) + "\n")
