"""Pictures in memory to texture features and groups as a script in Python does it. Questions and answers are lines of JSON."""
import io
import json
import sys
import time

import numpy as np
import PIL
import skimage
from PIL import Image
from skimage.feature import graycomatrix, graycoprops, hog, local_binary_pattern

CIRCLES = [(8, 1), (16, 2), (24, 3)]
DISTANCES = [1, 2, 4, 8]
ANGLES = [0, np.pi / 4, np.pi / 2, 3 * np.pi / 4]
PROPERTIES = ["contrast", "homogeneity", "energy", "correlation", "entropy"]


def features(picture):
    parts = []
    for points, radius in CIRCLES:
        codes = local_binary_pattern(picture, points, radius, "uniform")[radius:-radius, radius:-radius]
        parts.append(np.sqrt(np.bincount(codes.astype(int).ravel(), minlength=points + 2) / codes.size))
    blocks = hog(picture, 9, (8, 8), (2, 2), "L2-Hys").reshape(-1, 9)
    parts += [blocks.mean(0), blocks.std(0)]
    matrix = graycomatrix(picture // 8, DISTANCES, ANGLES, 32, symmetric=True, normed=True)
    values = {name: graycoprops(matrix, name).mean(1) for name in PROPERTIES}
    values["contrast"] = np.log1p(values["contrast"]) / np.log1p(31**2)
    values["entropy"] /= np.log(32**2)
    parts.append(np.concatenate([values[name] for name in PROPERTIES]) / np.sqrt(20))
    return np.concatenate(parts)


def load(question):
    global PICTURES, CENTROIDS, GROUPS
    PICTURES = []
    for file in question["files"]:
        with open(file, "rb") as picture:
            PICTURES.append(picture.read())
    CENTROIDS = np.array(question["means"])
    GROUPS = question["groups"]
    return {"scikit-image": skimage.__version__, "pillow": PIL.__version__, "python": sys.version.split()[0]}


def run(question):
    before = time.process_time()
    rows, groups = [], []
    for picture in PICTURES:
        row = features(np.asarray(Image.open(io.BytesIO(picture)).convert("L")))
        rows.append(row)
        groups.append(GROUPS[int(((CENTROIDS - row) ** 2).sum(1).argmin())])
    answer = {"cpuSecs": time.process_time() - before, "groups": groups}
    np.save(question["out"], np.stack(rows))
    return answer


WORK = {"load": load, "run": run}

for line in sys.stdin:
    question = json.loads(line)
    print(json.dumps(WORK[question["do"]](question)), flush=True)
