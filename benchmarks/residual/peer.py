"""The same network in Keras. Questions and answers are lines of JSON; weights and outputs are .npy files."""
import json
import os
import resource
import sys
import time

os.environ["KERAS_BACKEND"] = "tensorflow"
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
import keras
import numpy as np
import tensorflow as tf
from keras import layers

# Table A1 of Oh & Yun 2018, the encoder from its input on; the decoder is its mirror.
KERNELS = [5, 5, 5, 5, 5, 4, 4, 4, 3, 3]
STRIDES = [(2, 1)] * 5 + [(2, 2)] * 5
MAPS = {"encoder": [64, 64, 96, 96, 128, 128, 160, 160, 192, 192], "decoder": [64, 64, 96, 96, 128, 128, 160, 160, 192]}
DIVISOR = {"paper": 1, "small": 4}
LEARNING_RATE = 8e-4
# Segments that are scored at once, as ours.
BATCH = 2


def network(width):
    encoder, decoder = ([maps // DIVISOR[width] for maps in MAPS[name]] for name in ("encoder", "decoder"))
    segments = x = keras.Input((1024, 32, 1))
    for kind, layer, maps in (("conv", layers.Conv2D, encoder), ("deconv", layers.Conv2DTranspose, [1, *decoder])):
        convolutions = list(zip(KERNELS, STRIDES, maps))
        for i, (kernel, strides, filters) in enumerate(convolutions if kind == "conv" else convolutions[::-1]):
            name = f"{kind}{i + 1}"
            x = layer(filters, kernel, strides, "same", name=name)(x)
            if i + 1 < len(convolutions):
                x = layers.ReLU()(layers.BatchNormalization(name=f"{name}-norm")(x))
    return keras.Model(segments, x)


def read(name):
    return np.load(os.path.join(FOLDER, name))


def load(q):
    global FOLDER, SEGMENTS, MODEL, SCORE
    FOLDER = q["folder"]
    SEGMENTS = read("segments.npy")[..., None]
    keras.backend.clear_session()
    MODEL = network(q["width"])
    for layer in MODEL.layers:
        layer.set_weights([read(f"{layer.name}-{i}.npy").reshape(w.shape) for i, w in enumerate(layer.weights)])
    MODEL.compile(keras.optimizers.Adam(LEARNING_RATE), loss="mse")
    SCORE = scorer(q["bands"])
    threads = tf.config.threading.get_intra_op_parallelism_threads() or int(os.environ["TF_NUM_INTRAOP_THREADS"])
    return {"keras": keras.__version__, "tensorflow": tf.__version__, "threads": threads}


def scorer(bands):
    """Residuals of segments, and of their bands, as a compiled graph."""

    @tf.function(input_signature=[tf.TensorSpec((BATCH, 1024, 32, 1))])
    def score(x):
        errors = tf.reduce_mean(tf.math.squared_difference(MODEL(x, training=False), x), [2, 3])
        return tf.reduce_mean(errors, 1), tf.reduce_mean(tf.reshape(errors, [BATCH, bands, -1]), 2)

    return score


def now():
    return time.perf_counter(), time.process_time()


def since(begin):
    wall, cpu = now()
    return {"wallSeconds": wall - begin[0], "cpuSeconds": cpu - begin[1]}


def score(q):
    begin = now()
    batches = [SCORE(SEGMENTS[i : i + BATCH]) for i in range(0, q["count"], BATCH)]
    residuals, bands = (np.concatenate([batch[part].numpy().ravel() for batch in batches]) for part in (0, 1))
    answer = since(begin)
    np.save(os.path.join(FOLDER, q["out"]), np.concatenate([residuals, bands]))
    return answer


def step(q):
    """A step of all rows each; the first compiles. Weights and optimizer are put back."""
    x = SEGMENTS[: q["batch"]]
    variables = [*MODEL.weights, *MODEL.optimizer.variables]
    before = [variable.numpy() for variable in variables]
    fit = lambda epochs: MODEL.fit(x, x, batch_size=q["batch"], epochs=epochs, verbose=0).history["loss"]
    losses = fit(1)
    begin = now()
    losses += fit(q["steps"])
    answer = since(begin)
    values = {id(variable): value for variable, value in zip(variables, before)}
    for variable in [*MODEL.weights, *MODEL.optimizer.variables]:
        # What the optimizer has made since began at 0.
        if variable is not MODEL.optimizer.learning_rate:
            variable.assign(values.get(id(variable), np.zeros(variable.shape)))
    return {**answer, "losses": losses}


WORK = {
    "load": load,
    "score": score,
    "step": step,
    "memory": lambda q: {"peakMb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024},
}

for line in sys.stdin:
    question = json.loads(line)
    print(json.dumps(WORK[question["do"]](question)), flush=True)
