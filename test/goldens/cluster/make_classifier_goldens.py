"""Reference values for the classifiers of the post-clustering layer: run with scikit-learn, writes classifiers.json.

    python test/goldens/cluster/make_classifier_goldens.py
"""
import json
import pathlib

import numpy as np
import sklearn
from sklearn.covariance import OAS
from sklearn.metrics import log_loss
from sklearn.neural_network import MLPClassifier
from sklearn.svm import SVC, LinearSVC
from sklearn.tree import DecisionTreeClassifier

HERE = pathlib.Path(__file__).parent


def blobs(rows, cols, classes, spread, seed):
    """Overlapping clouds; numbers are rounded to 32 bits, as scikit-learn's tree does."""
    random = np.random.default_rng(seed)
    centres = random.normal(size=(classes, cols)) * spread
    y = random.integers(0, classes, size=rows)
    return (centres[y] + random.normal(size=(rows, cols))).astype(np.float32).round(4).astype(np.float32), y


def numbers(values):
    return [float(f"{value:.9g}") for value in np.ravel(values)]


def case(name, classes, seed):
    rows, labels = blobs(180, 4, classes, 1.2, seed)
    x, y, other, truth = rows[:120], labels[:120], rows[120:], labels[120:]
    wide, wide_other = x.astype(np.float64), other.astype(np.float64)
    linear = LinearSVC(tol=1e-8, max_iter=1_000_000).fit(wide, y)
    rbf = []
    for label in range(classes) if classes > 2 else [1]:
        machine = SVC(kernel="rbf", tol=1e-8).fit(wide, y == label)
        rbf.append(machine.decision_function(wide_other))
    trees = {}
    for depth, leaf in ((2, 1), (4, 5), (None, 8)):
        shares = [
            DecisionTreeClassifier(max_depth=depth, min_samples_leaf=leaf, random_state=state)
            .fit(x, y)
            .predict_proba(other)
            for state in range(8)
        ]
        # scikit-learn draws lots between splits that are equally good: with these seeds there are none.
        assert all(np.array_equal(shares[0], each) for each in shares), (name, depth, leaf)
        trees[f"{depth}/{leaf}"] = numbers(shares[0])
    network = MLPClassifier(hidden_layer_sizes=(32,), max_iter=500, random_state=0).fit(wide, y)
    oas = OAS().fit(wide[y == 0])
    return {
        "name": name,
        "classes": classes,
        "x": numbers(x),
        "y": y.tolist(),
        "other": numbers(other),
        "truth": truth.tolist(),
        "linear": numbers(linear.decision_function(wide_other)),
        "rbf": numbers(np.column_stack(rbf)),
        "trees": trees,
        "networkAccuracy": float(network.score(wide_other, truth)),
        "networkLogLoss": float(log_loss(truth, network.predict_proba(wide_other))),
        "mahalanobis": numbers(np.sqrt(oas.mahalanobis(wide_other))),
    }


cases = [case("two classes", 2, 2), case("four classes", 4, 1)]
(HERE / "classifiers.json").write_text(json.dumps({"scikitLearn": sklearn.__version__, "cases": cases}) + "\n")
