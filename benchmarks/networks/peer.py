"""The same networks in Keras. Questions and answers are lines of JSON; weights and outputs are .npy files."""
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

FILTERS, LATENT, BATCH = (16, 32, 64), 10, 32
LOG_2_PI = float(np.log(2 * np.pi))


def encoder(heads):
    rows = keras.Input((128, 323, 1))
    code = rows
    for count in FILTERS:
        code = layers.Conv2D(count, 3, 2, "same", activation="relu")(code)
    code = layers.Flatten()(code)
    return keras.Model(rows, [layers.Dense(LATENT)(code) for _ in range(heads)])


def decoder():
    latents = keras.Input((LATENT,))
    image = layers.Dense(16 * 41 * 64, activation="relu")(latents)
    image = layers.Reshape((16, 41, 64))(image)
    for count in reversed(FILTERS[:-1]):
        image = layers.Conv2DTranspose(count, 3, 2, "same", activation="relu")(image)
    image = layers.Conv2DTranspose(1, 3, 2, "same")(image)
    return keras.Model(latents, layers.Cropping2D(((0, 0), (0, 5)))(image))


class Vade(keras.Model):
    """Evidence lower bound of Jiang et al. 2017."""

    def __init__(self):
        super().__init__()
        self.encoder, self.decoder = encoder(2), decoder()
        self.logits = self.add_weight(shape=(10,), name="logits")
        self.means = self.add_weight(shape=(10, LATENT), name="means")
        self.log_variances = self.add_weight(shape=(10, LATENT), name="log_variances")

    def log_joint(self, z):
        log_variances = tf.clip_by_value(self.log_variances, -8.0, 6.0)
        distances = tf.square(z[:, None] - self.means) * tf.exp(-log_variances)
        densities = -0.5 * tf.reduce_sum(distances + log_variances + LOG_2_PI, 2)
        return tf.nn.log_softmax(self.logits) + densities

    def elbo(self, x, sampled):
        mean, log_variance = self.encoder(x)
        log_variance = tf.clip_by_value(log_variance, -10.0, 4.0)
        normals = tf.random.normal(tf.shape(mean)) if sampled else 0.0
        z = mean + tf.exp(log_variance / 2) * normals
        log_gamma = tf.nn.log_softmax(self.log_joint(z))
        reconstruction = tf.reduce_sum(tf.square(self.decoder(z) - x), [1, 2, 3]) / 2
        log_variances = tf.clip_by_value(self.log_variances, -8.0, 6.0)
        spread = tf.exp(log_variance)[:, None] + tf.square(mean[:, None] - self.means)
        groups = tf.reduce_sum(spread * tf.exp(-log_variances) + log_variances, 2) / 2
        ratio = log_gamma - tf.nn.log_softmax(self.logits)
        kl = tf.reduce_sum(tf.exp(log_gamma) * (groups + ratio), 1)
        kl -= tf.reduce_sum(1 + log_variance, 1) / 2
        return tf.reduce_mean(reconstruction + kl)

    def train_step(self, data):
        with tf.GradientTape() as tape:
            loss = self.elbo(data, True)
        variables = self.trainable_variables
        self.optimizer.apply_gradients(zip(tape.gradient(loss, variables), variables))
        return {"elbo": loss}


def read(name):
    return np.load(os.path.join(FOLDER, name))


def load_weights(name, networks):
    weights = [weight for network in networks for weight in network.weights]
    for i, weight in enumerate(weights):
        weight.assign(read(f"{name}-{i}.npy"))


def load(q):
    global FOLDER, X, SDAE, DENOISING, VADE
    FOLDER = q["folder"]
    X = ((read("rows.npy").reshape(-1, 128, 323, 1) - q["mean"]) / q["std"]).astype(np.float32)
    SDAE = (encoder(1), decoder())
    load_weights("sdae", SDAE)
    noisy = layers.GaussianNoise(0.1)(SDAE[0].input)
    DENOISING = keras.Model(SDAE[0].input, SDAE[1](SDAE[0](noisy)))
    DENOISING.compile(keras.optimizers.Adam(1e-3), loss="mse")
    VADE = Vade()
    load_weights("vade", (VADE.encoder, VADE.decoder))
    for variable, name in ((VADE.logits, "logits"), (VADE.means, "means"), (VADE.log_variances, "logVariances")):
        variable.assign(read(f"prior-{name}.npy").reshape(variable.shape))
    VADE.compile(keras.optimizers.Adam(1e-3, global_clipnorm=128 * 323 / 2))
    losses = [float(DENOISING.evaluate(X, X, BATCH, verbose=0)), float(mean_elbo())]
    return {"keras": keras.__version__, "tensorflow": tf.__version__, "losses": losses}


def mean_elbo():
    return np.mean([VADE.elbo(X[i : i + BATCH], False) for i in range(0, len(X), BATCH)])


def measured(act):
    wall, cpu = time.perf_counter(), time.process_time()
    result = act()
    return result, {"wallSeconds": time.perf_counter() - wall, "cpuSeconds": time.process_time() - cpu}


def forward(q):
    latents, answer = measured(lambda: SDAE[0].predict(X, batch_size=BATCH, verbose=0))
    np.save(os.path.join(FOLDER, q["out"]), np.squeeze(latents))
    return answer


def assign(q):
    def act():
        mean, _ = VADE.encoder.predict(X, batch_size=BATCH, verbose=0)
        return tf.reduce_logsumexp(VADE.log_joint(mean), 1).numpy()

    likelihood, answer = measured(act)
    np.save(os.path.join(FOLDER, q["out"]), likelihood)
    return answer


def step(model, targets, q):
    """Seconds of one step. The first epoch compiles; fitting changes weights, so they are put back."""
    before = [weight.numpy() for weight in model.weights]
    model.fit(*targets, batch_size=BATCH, epochs=1, verbose=0)
    epochs = q["epochs"] - 1
    history, answer = measured(lambda: model.fit(*targets, batch_size=BATCH, epochs=epochs, verbose=0))
    steps = epochs * -(-len(X) // BATCH)
    for weight, value in zip(model.weights, before):
        weight.assign(value)
    answer = {key: value / steps for key, value in answer.items()}
    return {**answer, "loss": float(list(history.history.values())[0][-1])}


WORK = {
    "load": load,
    "conv-sdae forward": forward,
    "vade assign": assign,
    "conv-sdae step": lambda q: step(DENOISING, (X, X), q),
    "vade step": lambda q: step(VADE, (X,), q),
    "memory": lambda q: {"peakMb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024},
}

for line in sys.stdin:
    question = json.loads(line)
    print(json.dumps(WORK[question["do"]](question)), flush=True)
