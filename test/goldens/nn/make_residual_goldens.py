"""Reference values for the residual auto-encoder, from Keras, with given weights and segments: what it gives in training
and in inference, and one step of Adam on the mean squared error.

The layers are as those of Table A1 in Oh & Yun 2018, "Residual error based anomaly detection using auto-encoder in SMD
machine sound", but few and narrow.

    pip install tensorflow-cpu==2.18.1 keras==3.12.0
    python test/goldens/nn/make_residual_goldens.py && npx biome format --write test/goldens/nn
"""
import json
import os
import pathlib

os.environ["KERAS_BACKEND"] = "tensorflow"
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
import keras
import numpy as np
from keras import layers

SHAPE = (16, 4)
LEARNING_RATE = 0.01
ENCODER = [(5, (2, 1), 3), (4, (2, 2), 4), (3, (2, 2), 2)]
DECODER = [(3, (2, 2), 4), (4, (2, 2), 3), (5, (2, 1), 1)]


def network():
    segments = maps = keras.Input((*SHAPE, 1))
    for kind, layer, convolutions in (("conv", layers.Conv2D, ENCODER), ("deconv", layers.Conv2DTranspose, DECODER)):
        for i, (kernel, strides, filters) in enumerate(convolutions):
            name = f"{kind}{i + 1}"
            maps = layer(filters, kernel, strides, "same", name=name)(maps)
            if i + 1 < len(convolutions):
                maps = layers.ReLU()(layers.BatchNormalization(name=f"{name}-norm")(maps))
    return keras.Model(segments, maps)


def given(rng, weight):
    """Values with three digits, such that every one of them matters."""
    if weight.name in ("gamma", "moving_variance"):
        values = rng.uniform(0.5, 1.5, weight.shape)
    else:
        values = rng.normal(0, 0.3, weight.shape)
    return np.round(values, 3)


def numbers(values):
    """The shortest digits that give the same in single precision."""
    return [float(str(value)) for value in np.asarray(values).ravel()]


def weights(model):
    return {layer.name: [numbers(weight) for weight in layer.weights] for layer in model.layers if layer.weights}


rng = np.random.default_rng(5)
model = network()
for weight in model.weights:
    weight.assign(given(rng, weight))
segments = np.round(rng.normal(0, 1, (5, *SHAPE, 1)), 3).astype(np.float32)
goldens = {
    "shape": SHAPE,
    "encoder": [{"kernelSize": k, "strides": s, "maps": m} for k, s, m in ENCODER],
    "decoder": [{"kernelSize": k, "strides": s, "maps": m} for k, s, m in DECODER],
    "learningRate": LEARNING_RATE,
    "weights": weights(model),
    "segments": numbers(segments),
    "inference": numbers(model(segments, training=False)),
}
before = model.get_weights()
goldens["training"] = numbers(model(segments, training=True))
model.set_weights(before)
model.compile(keras.optimizers.Adam(LEARNING_RATE), loss="mse")
goldens["loss"] = float(model.train_on_batch(segments, segments))
goldens["weightsAfterStep"] = weights(model)
path = pathlib.Path(__file__).parent / "residual.json"
path.write_text(json.dumps(goldens) + "\n")
