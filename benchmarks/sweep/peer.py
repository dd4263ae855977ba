"""The sweep of image grouping by scikit-learn, as one writes it. Questions and answers are lines of JSON."""
import json
import os
import sys
import time
import warnings

import numpy as np
import sklearn
from sklearn import cluster, decomposition, metrics, mixture

warnings.filterwarnings("ignore")

ESTIMATORS = {
    "kmeans": lambda k: cluster.KMeans(k, n_init=10, random_state=0),
    "agglomerative": lambda k: cluster.AgglomerativeClustering(k),
    "minibatch-kmeans": lambda k: cluster.MiniBatchKMeans(k, n_init=3, random_state=0),
    "spectral": lambda k: cluster.SpectralClustering(k, affinity="nearest_neighbors", random_state=0),
    "gmm": lambda k: mixture.GaussianMixture(k, random_state=0),
}


def entropy(labels):
    shares = np.unique(labels, return_counts=True)[1] / len(labels)
    return float(-(shares * np.log2(shares)).sum())


def cell(x, algorithm, k):
    start = time.process_time()
    try:
        labels = ESTIMATORS[algorithm](k).fit_predict(x)
        answer = {"entropy": entropy(labels), "silhouette": float(metrics.silhouette_score(x, labels))}
    except ValueError as error:
        labels = None
        answer = {"failure": str(error).split(".")[0]}
    answer["cpuSeconds"] = time.process_time() - start
    return answer, labels


def sweep(question):
    labels = []
    cells = []
    for k in question["ks"]:
        answer, found = cell(TURNED, question["algorithm"], k)
        cells.append(answer)
        labels.append(np.full(len(TURNED), -1) if found is None else found)
    np.save(question["out"], np.ascontiguousarray(labels, dtype=np.int32))
    return {"cells": cells}


def judge(question):
    """Entropy and Silhouette of labels that the other side found."""
    labels = np.load(question["labels"])
    return {
        "entropy": [entropy(row) for row in labels],
        "silhouette": [float(metrics.silhouette_score(X, row)) for row in labels],
    }


for line in sys.stdin:
    question = json.loads(line)
    if question["do"] == "load":
        X = np.load(os.path.join(question["folder"], "x.npy"))
        start = time.process_time()
        TURNED = decomposition.PCA(min(X.shape)).fit_transform(X)
        result = {
            "scikit-learn": sklearn.__version__,
            "numpy": np.__version__,
            "python": sys.version.split()[0],
            "cpuSeconds": time.process_time() - start,
        }
    elif question["do"] == "sweep":
        result = sweep(question)
    else:
        result = judge(question)
    print(json.dumps(result), flush=True)
