"""Clustering by scikit-learn. Questions and answers are lines of JSON; labels and values go to a .npy file."""
import json
import os
import sys
import time
import warnings

import numpy as np
import sklearn
from sklearn import cluster, decomposition, metrics, mixture

warnings.filterwarnings("ignore")


def kmeans(x, q):
    fitted = cluster.KMeans(q["k"], n_init=10, random_state=q["seed"]).fit(x)
    return fitted.labels_, {"inertia": fitted.inertia_, "nIter": fitted.n_iter_}


def minibatch_kmeans(x, q):
    fitted = cluster.MiniBatchKMeans(q["k"], n_init=3, random_state=q["seed"]).fit(x)
    return fitted.labels_, {"inertia": fitted.inertia_, "nIter": fitted.n_iter_}


def agglomerative(x, q):
    return cluster.AgglomerativeClustering(q["k"], linkage=q["linkage"]).fit(x).labels_, {}


def spectral(x, q):
    fitted = cluster.SpectralClustering(
        q["k"], affinity="nearest_neighbors", n_neighbors=10, random_state=q["seed"]
    ).fit(x)
    return fitted.labels_, {}


def gmm(x, q):
    fitted = mixture.GaussianMixture(
        q["k"], covariance_type=q["covarianceType"], max_iter=q["steps"], tol=0, random_state=q["seed"]
    ).fit(x)
    return fitted.predict(x), {"lowerBound": fitted.lower_bound_, "nIter": fitted.n_iter_}


def pca(x, q):
    return decomposition.PCA(q["k"], svd_solver="full").fit_transform(x), {}


def silhouette(x, q):
    return metrics.silhouette_samples(x, LABELS[q["data"]]), {}


WORK = {
    "kmeans": kmeans, "minibatch-kmeans": minibatch_kmeans, "agglomerative": agglomerative,
    "spectral": spectral, "gmm": gmm, "pca": pca, "silhouette": silhouette,
}
DATA = {}
LABELS = {}

for line in sys.stdin:
    question = json.loads(line)
    if question["do"] == "load":
        for name in question["names"]:
            DATA[name] = np.load(os.path.join(question["folder"], f"{name}.npy"))
            LABELS[name] = np.load(os.path.join(question["folder"], f"{name}.labels.npy"))
        answer = {
            "scikit-learn": sklearn.__version__, "numpy": np.__version__, "python": sys.version.split()[0]
        }
    else:
        data = DATA[question["data"]]
        start = time.process_time()
        values, answer = WORK[question["what"]](data, question)
        answer = {key: float(value) for key, value in answer.items()}
        answer["cpuSeconds"] = time.process_time() - start
        values = np.ascontiguousarray(values)
        np.save(question["out"], values.astype(np.int32 if values.dtype.kind == "i" else np.float64))
    print(json.dumps(answer), flush=True)
