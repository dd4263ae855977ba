import { PlantsenseError } from '../errors.js';

/** Samples as bytes, little endian. `u8` is what 8-bit WAV files hold, with silence at 128. */
export type PcmEncoding = 'u8' | 's16le' | 's24le' | 's32le' | 'f32le' | 'f64le';

const BYTES: { readonly [encoding in PcmEncoding]: number } = {
  u8: 1,
  s16le: 2,
  s24le: 3,
  s32le: 4,
  f32le: 4,
  f64le: 8,
};

export function bytesPerSample(encoding: PcmEncoding): number {
  return BYTES[encoding];
}

/**
 * Interleaved PCM to mono, the mean of the channels. Integers become -1 .. 1 (full scale is 1).
 *
 * @param bytes whole frames of `channels` samples
 * @param out where to write; a new array of the right size when left out
 * @returns the samples: `out`, or as much of it as was written
 * @throws PlantsenseError AUDIO_NOT_FINITE for a NaN or an infinity, with its place; PARAMETER_INVALID when the bytes are
 *   no whole number of frames or `out` is too small
 */
export function decodePcm(
  bytes: Uint8Array,
  encoding: PcmEncoding,
  channels = 1,
  out?: Float32Array,
): Float32Array {
  const frameBytes = BYTES[encoding] * channels;
  if (!Number.isInteger(channels) || channels < 1)
    throw new PlantsenseError('PARAMETER_INVALID', `Sound has 1 or more channels, not ${channels}.`);
  if (bytes.length % frameBytes !== 0)
    throw new PlantsenseError(
      'PARAMETER_INVALID',
      `${bytes.length} bytes are no whole number of frames of ${channels} × ${encoding}.`,
    );
  const frames = bytes.length / frameBytes;
  if (out !== undefined && out.length < frames)
    throw new PlantsenseError('PARAMETER_INVALID', `${frames} samples don't fit into ${out.length}.`);
  const mono = out === undefined ? new Float32Array(frames) : out.subarray(0, frames);

  switch (encoding) {
    case 'u8':
      mix(bytes, 2 ** -7 / channels, channels, mono);
      // Shifted after the mean, which 128 passes unchanged.
      for (let i = 0; i < frames; i++) mono[i]! -= 1;
      break;
    case 's16le':
      if (channels === 1) scale16(view(bytes, Int16Array), mono);
      else mix(view(bytes, Int16Array), 2 ** -15 / channels, channels, mono);
      break;
    case 's24le':
      mix(widen24(bytes), 2 ** -31 / channels, channels, mono);
      break;
    case 's32le':
      mix(view(bytes, Int32Array), 2 ** -31 / channels, channels, mono);
      break;
    case 'f32le':
      mix(view(bytes, Float32Array), 1 / channels, channels, mono);
      checkFinite(mono);
      break;
    case 'f64le':
      mix(view(bytes, Float64Array), 1 / channels, channels, mono);
      checkFinite(mono);
      break;
  }
  return mono;
}

/**
 * Mono samples as bytes. Integer encodings round to the nearest and clip at full scale.
 *
 * @throws PlantsenseError AUDIO_NOT_FINITE
 */
export function encodePcm(samples: Float32Array, encoding: 's16le' | 's24le' | 'f32le'): Uint8Array {
  checkFinite(samples);
  const bytes = new Uint8Array(samples.length * BYTES[encoding]);
  if (encoding === 'f32le') {
    new Float32Array(bytes.buffer).set(samples);
  } else if (encoding === 's16le') {
    const integers = new Int16Array(bytes.buffer);
    for (let i = 0; i < samples.length; i++) integers[i] = toInteger(samples[i]!, 2 ** 15);
  } else {
    for (let i = 0; i < samples.length; i++) {
      const value = toInteger(samples[i]!, 2 ** 23);
      bytes[3 * i] = value;
      bytes[3 * i + 1] = value >> 8;
      bytes[3 * i + 2] = value >> 16;
    }
  }
  return bytes;
}

/** @throws PlantsenseError AUDIO_NOT_FINITE with the place of the first NaN or infinity */
export function checkFinite(samples: Float32Array): void {
  if (areFinite(samples)) return;
  const at = samples.findIndex(sample => !Number.isFinite(sample));
  throw new PlantsenseError('AUDIO_NOT_FINITE', `Sample ${at} is ${samples[at]}.`);
}

/** Whether there is no NaN and no infinity among the samples. */
export function areFinite(samples: Float32Array): boolean {
  // Zero times a finite number is zero, times NaN or infinity it is NaN, which spreads through a sum: one comparison tells
  // for all. Four sums, because each addition waits for the one before.
  const whole = samples.length - (samples.length % 4);
  let [a, b, c, d] = [0, 0, 0, 0];
  for (let i = 0; i < whole; i += 4) {
    a += samples[i]! * 0;
    b += samples[i + 1]! * 0;
    c += samples[i + 2]! * 0;
    d += samples[i + 3]! * 0;
  }
  for (let i = whole; i < samples.length; i++) a += samples[i]! * 0;
  return a + b + c + d === 0;
}

function toInteger(sample: number, fullScale: number): number {
  return Math.max(-fullScale, Math.min(fullScale - 1, Math.round(sample * fullScale)));
}

/** What most sensors send. A loop that sees one type of array only is several times faster than `mix`. */
function scale16(samples: Int16Array, out: Float32Array): void {
  for (let i = 0; i < out.length; i++) out[i] = samples[i]! * 2 ** -15;
}

function mix(
  samples: { readonly [index: number]: number },
  scale: number,
  channels: number,
  out: Float32Array,
): void {
  if (channels === 1) {
    for (let i = 0; i < out.length; i++) out[i] = samples[i]! * scale;
    return;
  }
  for (let i = 0, at = 0; i < out.length; i++) {
    let sum = 0;
    for (let channel = 0; channel < channels; channel++) sum += samples[at++]!;
    out[i] = sum * scale;
  }
}

/** The bytes as numbers. Views need an aligned start, which bytes out of a larger message may not have: then a copy. */
function view<T>(
  bytes: Uint8Array,
  type: { readonly BYTES_PER_ELEMENT: number; new (b: ArrayBufferLike, at: number, n: number): T },
): T {
  const size = type.BYTES_PER_ELEMENT;
  const aligned = bytes.byteOffset % size === 0 ? bytes : new Uint8Array(bytes);
  return new type(aligned.buffer, aligned.byteOffset, bytes.length / size);
}

/** 24-bit integers in the upper bits of 32. */
function widen24(bytes: Uint8Array): Int32Array {
  const wide = new Int32Array(bytes.length / 3);
  for (let i = 0, at = 0; i < wide.length; i++, at += 3)
    wide[i] = (bytes[at]! << 8) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 24);
  return wide;
}
