"""Makes pictures in all formats that are read, and what Pillow and scikit-image make of pictures.

    pip install pillow==12.0.0 scikit-image==0.26.0 tifffile
    python make_goldens.py [OUT]

Pillow 13 resizes in another order where the height shrinks more than the width; up to 12 rows come first.
"""
import base64
import io
import json
import pathlib
import struct
import sys
import zlib

import numpy as np
import tifffile
from PIL import Image, ImageCms
from skimage.feature import graycomatrix, graycoprops, hog, local_binary_pattern

from texture import ANGLES, CIRCLES, DISTANCES, PROPERTIES, features

OUT = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else pathlib.Path(__file__).parent
random = np.random.default_rng(20260301)
BILINEAR = Image.Resampling.BILINEAR


def text(array):
    return base64.b64encode(np.ascontiguousarray(array).tobytes()).decode()


def noise(*shape, bits=8):
    return random.integers(0, 2**bits, shape).astype(np.uint8 if bits == 8 else np.uint16)


def write(name, value):
    (OUT / name).write_text(json.dumps(value, indent=1) + "\n")


# --- Formats -------------------------------------------------------------------------------------------------------

HEIGHT, WIDTH = 9, 13  # Odd, so that rows of bits end within a byte and rows of bytes need padding.
y, x = np.mgrid[0:HEIGHT, 0:WIDTH]
rgb = np.clip(np.stack([x * 18 + y, 250 - x * 11, y * 25], 2) + random.integers(-20, 20, (HEIGHT, WIDTH, 3)), 0, 255)
rgb = rgb.astype(np.uint8)
alpha, grey16, rgb16 = noise(HEIGHT, WIDTH), noise(HEIGHT, WIDTH, bits=16), noise(HEIGHT, WIDTH, 3, bits=16)
RGB = Image.fromarray(rgb)
L = RGB.convert("L")
A = Image.fromarray(alpha)
FEW = RGB.quantize(11)
ONE = L.convert("1")
SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
SRGB = SRGB[:24] + bytes(12) + SRGB[36:]  # Without the time at which it was made.
# Red and blue swapped: whoever follows it sees it.
ODD = SRGB.replace(b"rXYZ", b"?XYZ").replace(b"bXYZ", b"rXYZ").replace(b"?XYZ", b"bXYZ")
turned = Image.Exif()
turned[0x112] = 6
files = {}


def keep(name, data, pixels=None):
    """Pixels as Pillow reads them, transparency dropped; given for those that it reads with fewer bits."""
    if pixels is None:
        picture = Image.open(io.BytesIO(data))
        if not picture.mode.startswith("I;16"):
            picture = picture.convert("L" if picture.mode in ("1", "L", "LA") else "RGB")
        pixels = np.asarray(picture)
    files[name] = {
        "file": base64.b64encode(data).decode(),
        "width": pixels.shape[1],
        "height": pixels.shape[0],
        "channels": 1 if pixels.ndim == 2 else pixels.shape[2],
        "bits": 8 * pixels.dtype.itemsize,
        "pixels": text(pixels.astype("<u2" if pixels.dtype.itemsize == 2 else np.uint8)),
    }


def pillow(name, picture, format, **options):
    out = io.BytesIO()
    picture.save(out, format, **options)
    keep(name, out.getvalue())


def tiff(name, array, pixels=None, **options):
    out = io.BytesIO()
    tifffile.imwrite(out, array, metadata=None, **options)
    keep(name, out.getvalue(), pixels)


def png(name, depth, colour_type, rows, pixels):
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", WIDTH, HEIGHT, depth, colour_type, 0, 0, 0)
    body = zlib.compress(b"".join(b"\0" + row for row in rows))
    data = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", body) + chunk(b"IEND", b"")
    keep(name, data, pixels)


pillow("jpeg grey", L, "JPEG", quality=90)
pillow("jpeg 4:4:4", RGB, "JPEG", quality=90, subsampling=0)
pillow("jpeg 4:2:0", RGB, "JPEG", quality=90, subsampling=2)
pillow("jpeg progressive", RGB, "JPEG", quality=80, progressive=True)
pillow("jpeg with an orientation", RGB, "JPEG", exif=turned)
pillow("png grey", L, "PNG")
pillow("png grey with transparency", Image.merge("LA", [L, A]), "PNG")
pillow("png 1 bit", ONE, "PNG")
pillow("png rgb", RGB, "PNG")
pillow("png rgb with transparency", Image.merge("RGBA", [*RGB.split(), A]), "PNG")
pillow("jpeg with a colour profile", RGB, "JPEG", icc_profile=ODD)
pillow("png rgb with a colour profile", RGB, "PNG", icc_profile=ODD)
pillow("png palette", FEW, "PNG")
pillow("png palette with a transparent colour", FEW, "PNG", transparency=3)
pillow("png 16-bit grey", Image.fromarray(grey16), "PNG")
png("png 16-bit rgb", 16, 2, [row.astype(">u2").tobytes() for row in rgb16], rgb16)
pillow("tiff grey", L, "TIFF")
pillow("tiff 1 bit", ONE, "TIFF")
pillow("tiff 1 bit, fax", ONE, "TIFF", compression="group4")
pillow("tiff rgb", RGB, "TIFF")
pillow("tiff rgb, lzw", RGB, "TIFF", compression="tiff_lzw")
pillow("tiff palette", FEW, "TIFF")
pillow("tiff with an orientation", RGB, "TIFF", exif=turned)
tiff("tiff white is 0", np.asarray(L), photometric="miniswhite")
tiff("tiff 16-bit grey, big endian", grey16, byteorder=">")
tiff("tiff 16-bit grey, deflate", grey16, compression="zlib", predictor=True)
tiff("tiff 16-bit rgb, planes", rgb16.transpose(2, 0, 1), rgb16, photometric="rgb", planarconfig="separate")
tiff("tiff in tiles", rgb, tile=(16, 16), photometric="rgb")
tiff("bigtiff", np.asarray(L), bigtiff=True)
data = bytearray(base64.b64decode(files["tiff in tiles"]["file"]))
(tags,) = struct.unpack_from("<I", data, 4)
first, second = tags + 2, tags + 14
data[first:second], data[second:second + 12] = data[second:second + 12], data[first:second]
keep("tiff in tiles with unsorted tags", bytes(data))
pillow("bmp 1 bit", ONE, "BMP")
pillow("bmp grey", L, "BMP")
pillow("bmp palette", FEW, "BMP")
pillow("bmp rgb", RGB, "BMP")
pillow("bmp 32 bits", Image.merge("RGBA", [*RGB.split(), A]), "BMP")

# Bitmaps that Pillow reads and doesn't write: 4 bits a pixel, and rows from the top.
index = np.minimum(np.asarray(FEW), 15)
padded = np.pad(index, ((0, 0), (0, -WIDTH % 8)))
rows = (padded[:, ::2] << 4 | padded[:, 1::2]).tobytes()
palette = b"".join(bytes([b, g, r, 0]) for r, g, b in np.asarray(FEW.getpalette()[:33]).reshape(-1, 3).tolist())
info = struct.pack("<IiiHHIIiiII", 40, WIDTH, -HEIGHT, 1, 4, 0, 0, 0, 0, len(palette) // 4, 0)
start = 14 + 40 + len(palette)
keep("bmp 4 bits from the top", struct.pack("<2sIHHI", b"BM", start + len(rows), 0, 0, start) + info + palette + rows)
# ... and one whose pixels don't follow the header at once.
out = io.BytesIO()
RGB.save(out, "BMP")
data = out.getvalue()
keep("bmp with a gap", data[:10] + struct.pack("<I", 54 + 12) + data[14:54] + bytes(12) + data[54:])

# ... and one that says where its colours are.
info = struct.pack("<IiiHHIIiiII3I", 40, WIDTH, HEIGHT, 1, 32, 3, 0, 0, 0, 0, 0, 0xFF0000, 0xFF00, 0xFF)
rows = np.dstack([rgb[::-1, :, ::-1], alpha[::-1]]).tobytes()
keep("bmp with bit fields", struct.pack("<2sIHHI", b"BM", 66 + len(rows), 0, 0, 66) + info + rows)

# What must be refused.
refused = {}
for name, picture, format in [
    ("gif", RGB, "GIF"), ("webp", RGB, "WEBP"), ("ppm", RGB, "PPM"), ("ico", RGB, "ICO"),
    ("cmyk jpeg", RGB.convert("CMYK"), "JPEG"), ("cmyk tiff", RGB.convert("CMYK"), "TIFF"),
    ("floating-point tiff", Image.fromarray(rgb[:, :, 0].astype(np.float32)), "TIFF"),
    ("32-bit tiff", Image.fromarray(rgb[:, :, 0].astype(np.int32)), "TIFF"),
]:
    out = io.BytesIO()
    picture.save(out, format)
    refused[name] = base64.b64encode(out.getvalue()).decode()
for name, array, options in [
    ("tiff of two pages", np.stack([rgb[:, :, 0]] * 2), {"photometric": "minisblack"}),
    ("tiff of five channels", np.dstack([rgb[:, :, 0]] * 5), {"photometric": "minisblack", "planarconfig": "contig"}),
    ("signed tiff", grey16.astype(np.int16), {}),
]:
    out = io.BytesIO()
    tifffile.imwrite(out, array, metadata=None, **options)
    refused[name] = base64.b64encode(out.getvalue()).decode()
write("formats.json", {"files": files, "refused": refused})

# --- Resizing ------------------------------------------------------------------------------------------------------

resized = []
for mode, (width, height), (to_width, to_height) in [
    ("L", (29, 11), (8, 8)), ("L", (11, 29), (8, 8)), ("L", (8, 8), (29, 11)), ("L", (16, 16), (5, 16)),
    ("L", (16, 16), (16, 5)), ("L", (1, 1), (3, 2)), ("L", (3, 5), (1, 1)), ("RGB", (17, 12), (6, 7)),
    ("RGB", (5, 4), (12, 9)), ("I;16", (23, 14), (7, 7)), ("I;16", (4, 6), (9, 11)),
]:
    shape = (height, width, 3) if mode == "RGB" else (height, width)
    pixels = noise(*shape, bits=16 if mode == "I;16" else 8)
    out = np.asarray(Image.fromarray(pixels).resize((to_width, to_height), BILINEAR))
    resized.append({
        "mode": mode, "from": [width, height], "to": [to_width, to_height],
        "pixels": text(pixels), "resized": text(out),
    })
write("resize.json", resized)

# --- Texture -------------------------------------------------------------------------------------------------------


def surface(kind):
    """Steel, roughly: grain everywhere, with scratches, patches or pits."""
    y, x = np.mgrid[0:48, 0:64]
    grain = random.normal(0, 22, (48, 64))
    grain = grain + np.roll(grain, 1, 1)
    base = 120 + grain
    if kind == "scratches":
        base = base + 70 * (np.sin((x + 0.4 * y) / 3) > 0.8)
    if kind == "patches":
        base = base + 45 * np.sin(x / 11) * np.cos(y / 7)
    if kind == "pits":
        base = base - 90 * (random.random((48, 64)) > 0.97)
    return np.clip(base, 0, 255).astype(np.uint8)


textures = {}
for kind in ["scratches", "patches", "pits"]:
    picture = surface(kind)
    patterns = {}
    for points, radius in CIRCLES:
        # The margin compares with black in scikit-image: it is left out.
        codes = local_binary_pattern(picture, points, radius, "uniform")[radius:-radius, radius:-radius]
        patterns[f"{points},{radius}"] = (np.bincount(codes.astype(int).ravel(), minlength=points + 2)).tolist()
    matrix = graycomatrix(picture // 8, DISTANCES, ANGLES, 32, symmetric=True, normed=True)
    textures[kind] = {
        "width": 64, "height": 48, "pixels": text(picture), "patterns": patterns,
        "gradients": text(hog(picture, 9, (8, 8), (2, 2), "L2-Hys").astype("<f8")),
        "coOccurrence": {name: graycoprops(matrix, name).tolist() for name in PROPERTIES},  # [distances, angles]
        "features": features(picture).tolist(),
    }
write("texture.json", textures)

# A colour picture that is shrunk first; the test computes it anew.
y, x = np.mgrid[0:160, 0:800]
strip = np.stack([(x * x * 3 + y * y * 7 + x * y) // 16 % 256, (x * 5 + y * 3) % 256, (x + 2 * y) // 4 % 256], 2)
write("texture-strip.json", features(np.asarray(Image.fromarray(strip.astype(np.uint8)).convert("L"))).tolist())
