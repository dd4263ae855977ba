"""The same networks in Keras applications. Questions and answers are lines of JSON; features are .npy files."""
import json
import os
import resource
import sys
import time

os.environ["KERAS_BACKEND"] = "tensorflow"
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
import h5py
import keras
import numpy as np
import tensorflow as tf
from keras import applications
from keras.src.legacy.saving import legacy_h5_format
from PIL import Image

MODELS = {
    "vgg16": (applications.VGG16, applications.vgg16.preprocess_input, 224),
    "resnet50": (applications.ResNet50, applications.resnet50.preprocess_input, 224),
    "inceptionv3": (applications.InceptionV3, applications.inception_v3.preprocess_input, 299),
    "efficientnetb7": (applications.EfficientNetB7, applications.efficientnet.preprocess_input, 600),
}


def make(q):
    """A network with random weights, written as the published ones are; its statistics are those of some pictures."""
    global FOLDER, STRIPS, MODEL, PREPROCESS, SIZE
    FOLDER = q["folder"]
    build, PREPROCESS, SIZE = MODELS[q["name"]]
    STRIPS = np.fromfile(os.path.join(FOLDER, "strips.raw"), np.uint8).reshape(-1, *q["shape"])
    keras.utils.set_random_seed(q["seed"])
    rng = np.random.default_rng(q["seed"])
    MODEL = build(weights=None)
    for variable in MODEL.weights:
        if variable.path.endswith("gamma"):
            variable.assign(rng.uniform(0.5, 1.5, variable.shape))
        elif variable.path.endswith("beta"):
            variable.assign(rng.normal(0, 0.1, variable.shape))
    norms = [layer for layer in MODEL.layers if isinstance(layer, keras.layers.BatchNormalization)]
    for layer in norms:
        layer.momentum = 0.0
    if norms:
        MODEL(inputs(0, 4), training=True)
    with h5py.File(os.path.join(FOLDER, f"{q['name']}.h5"), "w") as file:
        legacy_h5_format.save_weights_to_hdf5_group(file, MODEL)
    return {"keras": keras.__version__, "tensorflow": tf.__version__}


def inputs(first, last):
    pictures = [Image.fromarray(strip).convert("RGB").resize((SIZE, SIZE), Image.BILINEAR) for strip in STRIPS[first:last]]
    return PREPROCESS(np.stack([np.asarray(picture, np.float32) for picture in pictures]))


def load(q):
    """The network up to a layer as a compiled graph."""
    global ENCODE, BATCH
    BATCH = q["batchSize"]
    part = keras.Model(MODEL.input, MODEL.get_layer(q["layer"]).output)

    @tf.function(input_signature=[tf.TensorSpec((BATCH, SIZE, SIZE, 3))])
    def encode(x):
        y = part(x, training=False)
        return tf.reduce_mean(y, [1, 2]) if y.shape.rank == 4 else y

    ENCODE = encode
    return {}


def encode(q):
    wall, cpu = time.perf_counter(), time.process_time()
    features = []
    for first in range(0, q["count"], BATCH):
        x = inputs(first, min(first + BATCH, q["count"]))
        # The graph takes whole batches only.
        padded = np.concatenate([x, np.zeros((BATCH - len(x), *x.shape[1:]), np.float32)])
        features.append(ENCODE(padded).numpy()[: len(x)])
    answer = {"wallSeconds": time.perf_counter() - wall, "cpuSeconds": time.process_time() - cpu}
    if "out" in q:
        np.save(os.path.join(FOLDER, q["out"]), np.concatenate(features))
    return answer


WORK = {
    "make": make,
    "load": load,
    "encode": encode,
    "memory": lambda q: {"peakMb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)},
}

for line in sys.stdin:
    question = json.loads(line)
    print(json.dumps(WORK[question["do"]](question)), flush=True)
