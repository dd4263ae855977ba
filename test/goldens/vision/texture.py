"""The features of the texture encoder, as Pillow and scikit-image give them: for goldens, and as the peer of a benchmark."""
import numpy as np
from PIL import Image
from skimage.feature import graycomatrix, graycoprops, hog, local_binary_pattern

CIRCLES = [(8, 1), (16, 2), (24, 3)]
DISTANCES = [1, 2, 4, 8]
ANGLES = [0, np.pi / 4, np.pi / 2, 3 * np.pi / 4]
PROPERTIES = ["contrast", "homogeneity", "energy", "correlation", "entropy"]


def features(picture):
    """All that the texture encoder says of a picture of 8-bit grey, `[height, width]`."""
    height, width = picture.shape
    scale = min(1, np.sqrt(65536 / (width * height)))
    size = (round(width * scale), round(height * scale))
    picture = np.asarray(Image.fromarray(picture).resize(size, Image.Resampling.BILINEAR))
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
