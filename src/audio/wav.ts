import { PlantsenseError } from '../errors.js';
import { bytesPerSample, encodePcm, type PcmEncoding } from './pcm.js';

/** What a WAV file holds. */
export interface Wav {
  readonly sampleRateHz: number;
  readonly channels: number;
  readonly encoding: PcmEncoding;
  /** Whole frames, interleaved: a part of the file, not copied. */
  readonly data: Uint8Array;
}

const FORMAT_PCM = 1;
const FORMAT_FLOAT = 3;
const FORMAT_EXTENSIBLE = 0xfffe;

/**
 * Sizes that recorders write when they can't know: arecord, sox and ffmpeg into a pipe write one near 2 GiB or the largest
 * there is. What follows lasts to the end of the file.
 */
const UNKNOWN_SIZE = 0x7fff_f000;

/**
 * Reads a RIFF/WAVE (or RF64) file: PCM of 8, 16, 24 or 32 bits, float of 32 or 64, plain or WAVE_FORMAT_EXTENSIBLE.
 * Chunks other than `fmt ` and `data` are passed over. Files of recorders that never wrote the final sizes are read to
 * their end.
 *
 * @throws PlantsenseError WAV_INVALID when it is no WAVE file or is cut short, AUDIO_FORMAT_UNSUPPORTED for other codecs,
 *   AUDIO_EMPTY without samples
 */
export function parseWav(bytes: Uint8Array): Wav {
  const at = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const magic = ascii(bytes, 0);
  if (bytes.length < 12 || (magic !== 'RIFF' && magic !== 'RF64') || ascii(bytes, 8) !== 'WAVE')
    throw new PlantsenseError('WAV_INVALID', 'The file does not start as a RIFF/WAVE file does.');
  const riffSize = at.getUint32(4, true);

  let format: Omit<Wav, 'data'> | undefined;
  let rf64DataSize: number | undefined;
  for (let start = 12; start + 8 <= bytes.length; ) {
    const id = ascii(bytes, start);
    const size = at.getUint32(start + 4, true);
    const body = start + 8;
    if (id === 'data') {
      if (format === undefined)
        throw new PlantsenseError('WAV_INVALID', 'The samples come before their format.');
      const available = bytes.length - body;
      const length = rf64DataSize ?? (isUnknown(size, available, riffSize, bytes.length) ? available : size);
      return { ...format, data: takeData(bytes, body, length, format) };
    }
    if (body + size > bytes.length)
      throw new PlantsenseError(
        'WAV_INVALID',
        `The file ends inside the chunk '${id}' at byte ${start}: it needs ${size} bytes and has ${bytes.length - body}.`,
      );
    if (id === 'fmt ') format = readFormat(at, body, size);
    if (id === 'ds64' && size >= 16) rf64DataSize = Number(at.getBigUint64(body + 8, true));
    // Chunks start at even places.
    start = body + size + (size % 2);
  }
  throw new PlantsenseError(
    'WAV_INVALID',
    `The file ends after ${bytes.length} bytes without ${format === undefined ? 'a format' : 'samples'}.`,
  );
}

/**
 * Writes mono samples as a WAV file.
 *
 * @throws PlantsenseError AUDIO_NOT_FINITE
 */
export function encodeWav(
  samples: Float32Array,
  sampleRateHz: number,
  encoding: 's16le' | 's24le' | 'f32le' = 's16le',
): Uint8Array {
  const data = encodePcm(samples, encoding);
  const sampleBytes = bytesPerSample(encoding);
  const isFloat = encoding === 'f32le';
  // Formats other than PCM carry an empty extension and a fact chunk with the number of frames.
  const formatSize = isFloat ? 18 : 16;
  const headerSize = 12 + 8 + formatSize + (isFloat ? 12 : 0) + 8;
  const bytes = new Uint8Array(headerSize + data.length + (data.length % 2));
  const at = new DataView(bytes.buffer);

  putAscii(bytes, 0, 'RIFF');
  at.setUint32(4, bytes.length - 8, true);
  putAscii(bytes, 8, 'WAVE');
  putAscii(bytes, 12, 'fmt ');
  at.setUint32(16, formatSize, true);
  at.setUint16(20, isFloat ? FORMAT_FLOAT : FORMAT_PCM, true);
  at.setUint16(22, 1, true);
  at.setUint32(24, sampleRateHz, true);
  at.setUint32(28, sampleRateHz * sampleBytes, true);
  at.setUint16(32, sampleBytes, true);
  at.setUint16(34, 8 * sampleBytes, true);
  if (isFloat) {
    putAscii(bytes, 38, 'fact');
    at.setUint32(42, 4, true);
    at.setUint32(46, samples.length, true);
  }
  putAscii(bytes, headerSize - 8, 'data');
  at.setUint32(headerSize - 4, data.length, true);
  bytes.set(data, headerSize);
  return bytes;
}

function readFormat(at: DataView, body: number, size: number): Omit<Wav, 'data'> {
  if (size < 16) throw new PlantsenseError('WAV_INVALID', `The format has ${size} bytes; it needs 16.`);
  let tag = at.getUint16(body, true);
  const channels = at.getUint16(body + 2, true);
  const sampleRateHz = at.getUint32(body + 4, true);
  const blockAlign = at.getUint16(body + 12, true);
  const bits = at.getUint16(body + 14, true);
  // The true tag is then the start of the subformat's GUID.
  if (tag === FORMAT_EXTENSIBLE && size >= 26) tag = at.getUint16(body + 24, true);
  if (channels === 0 || sampleRateHz === 0)
    throw new PlantsenseError('WAV_INVALID', `The format says ${channels} channels at ${sampleRateHz} Hz.`);

  const encoding = encodingOf(tag, bits);
  if (blockAlign !== channels * bytesPerSample(encoding))
    throw new PlantsenseError(
      'WAV_INVALID',
      `The format says ${blockAlign} bytes a frame, but ${channels} × ${encoding} have ${channels * bytesPerSample(encoding)}.`,
    );
  return { sampleRateHz, channels, encoding };
}

function encodingOf(tag: number, bits: number): PcmEncoding {
  if (tag === FORMAT_PCM) {
    if (bits === 8) return 'u8';
    if (bits === 16) return 's16le';
    if (bits === 24) return 's24le';
    if (bits === 32) return 's32le';
  }
  if (tag === FORMAT_FLOAT) {
    if (bits === 32) return 'f32le';
    if (bits === 64) return 'f64le';
  }
  throw new PlantsenseError(
    'AUDIO_FORMAT_UNSUPPORTED',
    `The WAV file holds ${bits}-bit samples of codec ${tag}.`,
  );
}

/** Whether the recorder didn't know the length of its data when it wrote the header. */
function isUnknown(size: number, available: number, riffSize: number, fileSize: number): boolean {
  if (size >= UNKNOWN_SIZE) return size > available;
  // A data chunk of size 0 in a file whose own size is right is what it says: empty.
  return size === 0 && riffSize + 8 !== fileSize && riffSize + 9 !== fileSize;
}

function takeData(bytes: Uint8Array, body: number, length: number, format: Omit<Wav, 'data'>): Uint8Array {
  if (body + length > bytes.length)
    throw new PlantsenseError(
      'WAV_INVALID',
      `The file is cut short: it says ${length} bytes of samples and has ${bytes.length - body}.`,
    );
  const frameBytes = format.channels * bytesPerSample(format.encoding);
  const whole = length - (length % frameBytes);
  if (whole === 0) throw new PlantsenseError('AUDIO_EMPTY', 'The WAV file has no samples.');
  return bytes.subarray(body, body + whole);
}

function ascii(bytes: Uint8Array, start: number): string {
  return String.fromCharCode(...bytes.subarray(start, start + 4));
}

function putAscii(bytes: Uint8Array, start: number, text: string): void {
  for (let i = 0; i < text.length; i++) bytes[start + i] = text.charCodeAt(i);
}
