"""Reference values for the losses of DEC and VaDE, in 64 bits, straight from the formulas of the papers:

- Xie, Girshick & Farhadi 2016, "Unsupervised deep embedding for clustering analysis", eq. 1-3
- Jiang et al. 2017, "Variational deep embedding", eq. 12
- Akram et al., "Variational deep embedding for unsupervised clustering of industrial noise in steelmaking plants", eq. 1

    python test/goldens/nn/make_goldens.py && npx biome format --write test/goldens/nn
"""
import json
import math
import pathlib
import random


def normalise(row):
    total = sum(row)
    return [value / total for value in row]


def soft_assignment(z, centroids, alpha):
    def kernel(point, centroid):
        distance = sum((a - b) ** 2 for a, b in zip(point, centroid))
        return (1 + distance / alpha) ** (-(alpha + 1) / 2)

    return [normalise([kernel(point, centroid) for centroid in centroids]) for point in z]


def target_distribution(q, frequencies=None):
    frequencies = frequencies or [sum(column) for column in zip(*q)]
    return [normalise([value**2 / f for value, f in zip(row, frequencies)]) for row in q]


def kl_divergence(p, q):
    rows = [sum(a * math.log(a / b) for a, b in zip(*pair)) for pair in zip(p, q)]
    return sum(rows) / len(rows)


def responsibilities(z, prior):
    def density(point, mean, log_variance):
        return math.prod(
            math.exp(-((x - m) ** 2) / (2 * math.exp(v))) / math.sqrt(2 * math.pi * math.exp(v))
            for x, m, v in zip(point, mean, log_variance)
        )

    groups = list(zip(prior["pi"], prior["mean"], prior["logVariance"]))
    return [normalise([pi * density(point, m, v) for pi, m, v in groups]) for point in z]


def kl_to_mixture(mean, log_variance, gamma, prior):
    kl = []
    for mu, lv, weights in zip(mean, log_variance, gamma):
        total = -0.5 * sum(1 + v for v in lv)
        for g, pi, mc, lc in zip(weights, prior["pi"], prior["mean"], prior["logVariance"]):
            inner = sum(c + math.exp(v - c) + (m - k) ** 2 / math.exp(c) for m, v, k, c in zip(mu, lv, mc, lc))
            total += g * (0.5 * inner + math.log(g / pi))
        kl.append(total)
    return kl


def vade(case, beta=0.1, gamma_weight=0.5):
    """All of VaDE's terms for a minibatch."""
    pairs = zip(case["mean"], case["logVariance"], case["normals"])
    z = [[m + math.exp(v / 2) * e for m, v, e in zip(*row)] for row in pairs]
    gamma = responsibilities(z, case["prior"])
    kl = kl_to_mixture(case["mean"], case["logVariance"], gamma, case["prior"])
    squares = [sum((a - b) ** 2 for a, b in zip(*row)) for row in zip(case["wanted"], case["drawn"])]
    pixels = len(case["wanted"][0])
    p = target_distribution(gamma, case.get("frequencies"))
    mean_kl = sum(kl) / len(kl)
    error = sum(squares) / len(squares) / pixels
    likelihood = 0.5 * sum(squares) / len(squares)
    clustering = kl_divergence(p, gamma)
    return {
        **case,
        "gamma": gamma,
        "klPerRow": kl,
        "kl": mean_kl,
        "target": p,
        "clustering": clustering,
        "meanSquaredError": error,
        "negativeLogLikelihood": likelihood,
        "seedLoss": error + beta * mean_kl + gamma_weight * clustering,
        "elboLoss": likelihood + mean_kl,
    }


def dec(z, centroids, alpha):
    q = soft_assignment(z, centroids, alpha)
    p = target_distribution(q)
    return {"z": z, "centroids": centroids, "alpha": alpha, "q": q, "p": p, "kl": kl_divergence(p, q)}


rng = random.Random(7)


def table(rows, cols, scale=1.0):
    return [[round(rng.gauss(0, scale), 3) for _ in range(cols)] for _ in range(rows)]


two_rows = {
    "mean": [[0.2, -0.1], [1.0, 0.5]],
    "logVariance": [[-1.0, -2.0], [0.0, -0.5]],
    "normals": [[0, 0], [0, 0]],
    "prior": {"pi": [0.3, 0.7], "mean": [[0, 0], [1, 1]], "logVariance": [[0, 0], [-1, -1]]},
    # A mean squared error of 0.5.
    "wanted": [[0.0, 1.0], [0.0, 1.0]],
    "drawn": [[1.0, 1.0], [0.0, 0.0]],
}
six_rows = {
    "mean": table(6, 3, 2),
    "logVariance": table(6, 3),
    "normals": table(6, 3),
    "prior": {"pi": [0.1, 0.2, 0.3, 0.4], "mean": table(4, 3, 2), "logVariance": table(4, 3)},
    "wanted": table(6, 5),
    "drawn": table(6, 5),
    # Of a set that the six rows are a part of.
    "frequencies": [12.0, 20.0, 31.0, 37.0],
}
goldens = {
    "dec": [
        dec([[0, 0], [1, 0], [2.5, 2], [4, 4], [5, 4]], [[0.5, 0], [4.5, 4]], 1),
        dec(table(7, 4, 2), table(3, 4, 2), 2.5),
    ],
    "vade": [vade(two_rows), vade(six_rows)],
    # KL divergence to the standard normal distribution: a mixture of one.
    "klToStandardNormal": kl_to_mixture(
        two_rows["mean"],
        two_rows["logVariance"],
        [[1.0], [1.0]],
        {"pi": [1.0], "mean": [[0, 0]], "logVariance": [[0, 0]]},
    ),
}
path = pathlib.Path(__file__).parent / "losses.json"
path.write_text(json.dumps(goldens, indent=1) + "\n")
