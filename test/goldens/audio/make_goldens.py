"""Makes the sounds of this folder and what librosa and libsndfile make of them.

    pip install librosa==0.11.0 soundfile
    python make_goldens.py [OUT]
"""
import pathlib
import sys

import librosa
import numpy as np
import soundfile

OUT = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else pathlib.Path(__file__).parent
random = np.random.default_rng(20260214)


def plant(sample_rate, seconds):
    """Mains hum with overtones, hiss, a rising whistle and two knocks."""
    n = int(sample_rate * seconds)
    t = np.arange(n) / sample_rate
    hum = sum(0.1 / k * np.sin(2 * np.pi * 50 * k * t + k) for k in (1, 2, 3, 4, 6, 8))
    hiss = 0.03 * np.convolve(random.normal(size=n), [1, -0.6, 0.2], "same")
    end_hz = 0.4 * sample_rate
    whistle = 0.08 * np.sin(2 * np.pi * (300 * t + (end_hz - 300) / (2 * seconds) * t**2))
    knocks = np.zeros(n)
    for at in (n // 5, 3 * n // 5):
        tail = np.arange(n - at) / sample_rate
        knocks[at:] += 0.5 * np.exp(-tail / 0.02) * random.normal(size=n - at)
    return np.clip(hum + hiss + whistle + knocks, -1, 1)


def write(name, x, sample_rate, **options):
    """Writes a sound and gives back what a reader gets, mixed to mono."""
    soundfile.write(OUT / name, x, sample_rate, **options)
    y, _ = soundfile.read(OUT / name, dtype="float32", always_2d=True)
    return y.mean(axis=1)


def save(name, x):
    np.save(OUT / f"{name}.npy", np.ascontiguousarray(x, dtype=np.float32))


# Log-mel. The noise method's own, zero-padded to 7.5 s; another geometry; a reference of 1 without a floor, where a pure
# tone leaves quiet bands 120 dB below it, which only double precision gives right.
y = write("plant-22k.wav", plant(22050, 2.5), 22050, subtype="PCM_16")
power = librosa.feature.melspectrogram(y=librosa.util.fix_length(y, size=165375), sr=22050)
save("plant-22k.logmel-defaults", librosa.power_to_db(power, ref=np.max))
power = librosa.feature.melspectrogram(y=y, sr=22050)
save("plant-22k.logmel-ref1", librosa.power_to_db(power, ref=1.0, top_db=None))

y = write("plant-16k.wav", plant(16000, 1.5), 16000, subtype="PCM_16")
power = librosa.feature.melspectrogram(
    y=y, sr=16000, n_fft=1024, hop_length=256, n_mels=64, fmin=50.0, fmax=7600.0
)
save("plant-16k.logmel", librosa.power_to_db(power, ref=np.max, top_db=60.0))

tone = 0.99 * np.sin(2 * np.pi * 1000 * np.arange(22050) / 22050)
y = write("tone-22k.wav", tone, 22050, subtype="PCM_16")
power = librosa.feature.melspectrogram(y=y, sr=22050)
save("tone-22k.logmel-ref1", librosa.power_to_db(power, ref=1.0, top_db=None))

# Resampling.
y = write("stereo-48k.wav", np.stack([plant(48000, 1.0), plant(48000, 1.0)], axis=1), 48000, subtype="PCM_16")
save("stereo-48k.resampled-22050", librosa.resample(y, orig_sr=48000, target_sr=22050, res_type="soxr_hq"))

# Machine segments: every eighth of their 1024 bins, to keep the files small.
y = write("machine-16k3.wav", plant(16300, 3.2), 16300, subtype="PCM_16")
for overlap in (512, 1536):
    s = np.abs(librosa.stft(y, n_fft=2048, hop_length=2048 - overlap, center=False))[1:]
    count = s.shape[1] // 32
    segments = np.stack([s[:, 32 * i : 32 * i + 32] for i in range(count)])
    save(f"machine-16k3.segments-overlap{overlap}", segments[:, ::8])

# What other people's recorders write. The samples follow from a formula, which the test repeats.
i, c = np.meshgrid(np.arange(100), np.arange(8), indexing="ij")
x = ((7 * i + 13 * c) % 200 - 100) / 128
for name, subtype, channels in [
    ("u8", "PCM_U8", 1),
    ("s24-extensible-8ch", "PCM_24", 8),
    ("s32-stereo", "PCM_32", 2),
    ("f32", "FLOAT", 1),
    ("f64-stereo", "DOUBLE", 2),
]:
    form = "WAVEX" if "extensible" in name else "WAV"
    write(f"format-{name}.wav", x[:, :channels], 8000, format=form, subtype=subtype)
write("format-s24-stereo.flac", x[:, :2], 44100, subtype="PCM_24")
save("format-mono.vorbis", write("format-mono.vorbis.ogg", plant(44100, 0.3), 44100, format="OGG", subtype="VORBIS"))
write("format-mono.opus.ogg", plant(48000, 0.1), 48000, format="OGG", subtype="OPUS")
