"""Features of ResNet50 as Keras computes them, and small weight files that Keras writes.

Weights and pictures come from a counter, so that the tests can make them again: src/lifecycle/image-encoder/testing/
counted-resnet50.ts has the same formulas. Made with Keras 3.12.0 on TensorFlow 2.18.1, Pillow 12 or 13.

    pip install keras==3.12.0 tensorflow-cpu==2.18.1 pillow
    python make_encoder_goldens.py
"""
import os
import pathlib

os.environ["KERAS_BACKEND"] = "tensorflow"
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
import h5py
import keras
import numpy as np
from keras import layers
from keras.src.legacy.saving import legacy_h5_format
from PIL import Image

HERE = pathlib.Path(__file__).parent


def uniform(first, count):
    """Numbers of 0 to 1 from a counter."""
    h = np.arange(first, first + count, dtype=np.uint32) * np.uint32(0x9E3779B1)
    h ^= h >> np.uint32(15)
    h *= np.uint32(0x85EBCA6B)
    h ^= h >> np.uint32(13)
    return h / 2**32


def weights(model):
    """Gives a model weights of one counter, in the order of its files: kernels of He's variance, the rest near 0 or 1."""
    counter = 0
    for layer in model.layers:
        for variable in layer.trainable_weights + layer.non_trainable_weights:
            u = uniform(counter, int(np.prod(variable.shape)))
            counter += u.size
            if variable.path.endswith("kernel"):
                values = (u - 0.5) * 2 * np.sqrt(6 / np.prod(variable.shape[:-1]))
            elif variable.path.endswith(("gamma", "variance")):
                values = 0.5 + u
            else:
                values = (u - 0.5) * 0.2
            variable.assign(values.reshape(variable.shape).astype(np.float32))


def picture(height, width, channels, seed):
    """A slope with grain. No higher than wide: from Pillow 13 on others are resized in another order."""
    shape = (height, width, channels)
    y, x, c = np.indices(shape)
    grain = np.floor(uniform(seed, height * width * channels).reshape(shape) * 64)
    return ((3 * x + 5 * y + 40 * c + grain) % 256).astype(np.uint8)


def resnet50():
    model = keras.applications.ResNet50(weights=None, include_top=False, pooling="avg")
    weights(model)
    pictures = [Image.fromarray(picture(96, 400, 1, 1)[..., 0], "L").convert("RGB"), Image.fromarray(picture(200, 300, 3, 2), "RGB")]
    x = np.stack([np.asarray(p.resize((224, 224), Image.BILINEAR), np.float32) for p in pictures])
    features = model(keras.applications.resnet50.preprocess_input(x), training=False)
    np.save(HERE / "counted-resnet50.npy", features.numpy())


def small_files():
    """A network of each kind of layer, its weights alone and the whole model."""
    x = inputs = keras.Input((8, 8, 3), name="pixels")
    x = layers.Normalization(name="norm")(x)
    x = layers.Conv2D(2, 3, name="conv")(x)
    x = layers.BatchNormalization(name="bn")(x)
    x = layers.DepthwiseConv2D(3, use_bias=False, name="depthwise")(x)
    x = layers.Flatten(name="flatten")(x)
    model = keras.Model(inputs, layers.Dense(3, name="dense")(x))
    weights(model)
    with h5py.File(HERE / "keras-weights.h5", "w") as file:
        legacy_h5_format.save_weights_to_hdf5_group(file, model)
    # The published files have names of fixed length, as Keras 2 wrote them.
    with h5py.File(HERE / "keras-weights.h5") as file, h5py.File(HERE / "keras2-weights.h5", "w") as older:
        for group in file.values():
            file.copy(group, older)
            older[group.name].attrs["weight_names"] = np.array(list(group.attrs["weight_names"]), "S")
        older.attrs["layer_names"] = np.array(list(file.attrs["layer_names"]), "S")
    model.save(HERE / "keras-model.h5", include_optimizer=False)
    model.save_weights(HERE / "keras3.weights.h5")


resnet50()
small_files()
