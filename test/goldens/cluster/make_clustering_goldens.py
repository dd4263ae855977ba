"""Reference values of scikit-learn for the trees, graphs and mini-batches of src/cluster, on the matrices of
make_goldens.py and on small ones of its own.

    pip install scikit-learn==1.9.1 scipy==1.17.1 numpy==2.4.6
    python test/goldens/cluster/make_clustering_goldens.py
"""
import json
import pathlib
import warnings

import numpy as np
import scipy
import sklearn
from sklearn import cluster, datasets

# A graph that falls into parts is a case of ours.
warnings.filterwarnings("ignore", message="Graph is not fully connected")

out = pathlib.Path(__file__).parent
rng = np.random.default_rng(11)
LINKAGES = ("ward", "complete", "average", "single")
MATRICES = {"blobs": 5, "overlapping": 7}
reference = {"scikit-learn": sklearn.__version__, "scipy": scipy.__version__, "numpy": np.__version__}

# --- agglomerative: labels as they are, and whole trees of matrices with many equal distances
reference["agglomerative"] = []
for name, k in MATRICES.items():
    x = np.load(out / f"{name}.npy")
    for linkage in LINKAGES:
        labels = cluster.AgglomerativeClustering(k, linkage=linkage).fit_predict(x)
        reference["agglomerative"].append({"name": name, "k": k, "linkage": linkage, "labels": labels.tolist()})

reference["ties"] = []
for case in range(32):
    rows, cols = int(rng.integers(2, 28)), int(rng.integers(1, 4))
    x = rng.integers(0, 4, (rows, cols)) * (1.0 if case % 2 else 0.1)
    k, linkage = int(rng.integers(1, rows + 1)), LINKAGES[case // 2 % 4]
    fit = cluster.AgglomerativeClustering(k, linkage=linkage, compute_distances=True).fit(x)
    reference["ties"].append({
        "x": x.tolist(), "k": k, "linkage": linkage, "labels": fit.labels_.tolist(),
        "children": fit.children_.ravel().tolist(), "distances": fit.distances_.tolist(),
    })

x = np.load(out / "overlapping.npy")
fit = cluster.AgglomerativeClustering(None, distance_threshold=150.0).fit(x)
reference["threshold"] = {"distanceThreshold": 150.0, "nClusters": int(fit.n_clusters_), "labels": fit.labels_.tolist()}

# --- spectral
moons, truth = datasets.make_moons(240, noise=0.06, random_state=4)
reference["moons"] = {"x": moons.round(6).tolist(), "truth": truth.tolist()}
reference["spectral"] = []
for name, k in [*MATRICES.items(), ("moons", 2)]:
    x = moons.round(6) if name == "moons" else np.load(out / f"{name}.npy").astype(np.float64)
    gamma = 20.0 if name == "moons" else float(1 / (x.shape[1] * x.var()))
    for affinity in ("nearest_neighbors", "rbf"):
        labels = cluster.SpectralClustering(k, affinity=affinity, gamma=gamma, random_state=0).fit_predict(x)
        reference["spectral"].append(
            {"name": name, "k": k, "affinity": affinity, "gamma": gamma, "labels": labels.tolist()})

# --- mini-batches: without chance, from given centres with given batches; and what a fit reaches with it
x = np.load(out / "overlapping.npy").astype(np.float64)
online = cluster.MiniBatchKMeans(7, init=x[:7], n_init=1, reassignment_ratio=0.0, random_state=0)
steps = []
for start in range(0, 800, 100):
    online.partial_fit(x[start:start + 100])
    steps.append({"inertia": float(online.inertia_), "counts": online._counts.tolist()})
reference["partialFit"] = {"steps": steps, "clusterCenters": online.cluster_centers_.ravel().tolist()}
reference["miniBatch"] = []
for name, k in MATRICES.items():
    x = np.load(out / f"{name}.npy").astype(np.float64)
    for batch_size in (1024, 100):
        inertia = [cluster.MiniBatchKMeans(k, n_init=3, batch_size=batch_size, random_state=seed).fit(x).inertia_
                   for seed in range(20)]
        reference["miniBatch"].append({"name": name, "k": k, "batchSize": batch_size, "inertia": sorted(inertia)})

(out / "clusterings.json").write_text(json.dumps(reference) + "\n")
