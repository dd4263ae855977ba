"""Pictures in memory to texture features and groups as a script in Python does it. Questions and answers are lines of JSON."""
import io
import json
import pathlib
import sys
import time

import numpy as np
import PIL
import skimage
from PIL import Image

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).parents[2] / "test/goldens/vision"))
from texture import features


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
