"""The noise method's features by librosa. Questions and answers are lines of JSON."""
import json
import sys
import time

import librosa
import numpy as np


def log_mel(y):
    power = librosa.feature.melspectrogram(y=y, sr=22050, n_fft=2048, hop_length=512, n_mels=128)
    return librosa.power_to_db(power, ref=np.max, top_db=80.0)


def resample(y):
    return librosa.resample(y, orig_sr=48000, target_sr=22050, res_type="soxr_hq")


WORK = {"log_mel": log_mel, "resample": resample}

for line in sys.stdin:
    question = json.loads(line)
    if question["do"] == "load":
        clips = np.load(question["clips"])
        answer = {"librosa": librosa.__version__, "numpy": np.__version__, "python": sys.version.split()[0]}
    elif question["do"] == "save":
        outputs = np.stack([WORK[question["work"]](y) for y in clips])
        np.save(question["to"], outputs.astype(np.float32))
        answer = {}
    else:
        start = time.process_time()
        for _ in range(question["rounds"]):
            for y in clips:
                WORK[question["work"]](y)
        answer = {"cpuSeconds": time.process_time() - start}
    print(json.dumps(answer), flush=True)
