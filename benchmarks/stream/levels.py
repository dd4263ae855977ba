"""Broadband levels by scipy, with our filters' coefficients. Questions and answers are lines of JSON."""
import json
import sys
import time

import numpy as np
import scipy
from scipy.signal import lfilter, sosfilt, sosfilt_zi

TICK_SECS = 0.01


def levels(x, rate, c_sections, a_sections, share):
    """LAeq, LAFmax, LCpeak, LZeq, and L10, L50, L90 of Fast, of each second, in dBFS; and the largest Fast in 10 ms."""
    x = x.astype(np.float64)
    c, _ = sosfilt(c_sections, x, zi=sosfilt_zi(c_sections) * x[0])
    a = sosfilt(a_sections, c)
    power = a * a
    fast = lfilter([share], [1.0, share - 1.0], power)
    seconds = len(x) // rate

    def by_second(values):
        return values[: seconds * rate].reshape(seconds, rate)

    # Where the ticks of 10 ms begin; what the trigger watches is the largest in each.
    ticks = np.ceil(np.arange(int(seconds / TICK_SECS)) * TICK_SECS * rate - 1e-6).astype(int)
    trigger = np.maximum.reduceat(fast, ticks)
    exceeded = np.percentile(trigger.reshape(seconds, -1), [90, 50, 10], axis=1)
    return np.stack([
        db(by_second(power).mean(axis=1)),
        db(by_second(fast).max(axis=1)),
        db(np.abs(by_second(c)).max(axis=1) ** 2),
        db(by_second(x * x).mean(axis=1)),
        *db(exceeded),
    ])


def db(power):
    """0 dB is the power of a full-scale sine."""
    return 10 * np.log10(2 * power)


for line in sys.stdin:
    question = json.loads(line)
    if question["do"] == "load":
        sounds = np.load(question["sounds"]).astype(np.float32) / 32768
        setup = (question["rate"], np.array(question["c"]), np.array(question["a"]), question["share"])
        answer = {"scipy": scipy.__version__, "numpy": np.__version__, "python": sys.version.split()[0]}
    elif question["do"] == "levels":
        answer = {"levels": levels(sounds[0], *setup)[:4].tolist()}
    else:
        start = time.process_time()
        for sound in sounds:
            levels(sound, *setup)
        answer = {"cpuSeconds": time.process_time() - start}
    print(json.dumps(answer), flush=True)
