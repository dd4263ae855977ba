import { describe, expect, it } from 'vitest';
import { PlantsenseError } from '../errors.js';
import { decodePcm } from './pcm.js';
import { goldenBytes } from './testing/goldens.js';
import { encodeWav, parseWav } from './wav.js';

const SAMPLES = Float32Array.of(0, 0.5, -0.5, 0.25, -1);

/** A RIFF file of chunks, each padded to an even length. */
function riff(chunks: readonly (readonly [id: string, body: Uint8Array])[], magic = 'RIFF'): Buffer {
  const parts = chunks.map(([id, body]) => {
    const head = Buffer.from(`${id}    `, 'latin1');
    head.writeUInt32LE(body.length, 4);
    return Buffer.concat([head, body, Buffer.alloc(body.length % 2)]);
  });
  const body = Buffer.concat(parts);
  const head = Buffer.from(`${magic}    WAVE`, 'latin1');
  head.writeUInt32LE(body.length + 4, 4);
  return Buffer.concat([head, body]);
}

function format(tag: number, channels: number, bits: number, rate = 8000): Buffer {
  const body = Buffer.alloc(16);
  body.writeUInt16LE(tag, 0);
  body.writeUInt16LE(channels, 2);
  body.writeUInt32LE(rate, 4);
  body.writeUInt32LE((rate * channels * bits) / 8, 8);
  body.writeUInt16LE((channels * bits) / 8, 12);
  body.writeUInt16LE(bits, 14);
  return body;
}

const MONO_16 = format(1, 1, 16);
const TWO_SAMPLES = Buffer.from([0, 0x40, 0, 0xc0]);

function samplesOf(bytes: Uint8Array): number[] {
  const { data, encoding, channels } = parseWav(bytes);
  return [...decodePcm(data, encoding, channels)];
}

function failure(bytes: Uint8Array): string {
  try {
    parseWav(bytes);
  } catch (error) {
    if (error instanceof PlantsenseError) return `${error.code}: ${error.message}`;
    throw error;
  }
  return 'accepted';
}

describe('parseWav', () => {
  it.each([
    ['format-u8.wav', 'u8', 1],
    ['format-s24-extensible-8ch.wav', 's24le', 8],
    ['format-s32-stereo.wav', 's32le', 2],
    ['format-f32.wav', 'f32le', 1],
    ['format-f64-stereo.wav', 'f64le', 2],
  ] as const)('reads %s as libsndfile wrote it', (name, encoding, channels) => {
    const wav = parseWav(goldenBytes(name));
    expect(wav).toMatchObject({ sampleRateHz: 8000, channels, encoding });
    const mono = decodePcm(wav.data, encoding, channels);
    expect(mono).toHaveLength(100);
    // The formula of make_goldens.py.
    mono.forEach((sample, i) => {
      let sum = 0;
      for (let c = 0; c < channels; c++) sum += (((7 * i + 13 * c) % 200) - 100) / 128;
      expect(sample).toBeCloseTo(sum / channels, 6);
    });
  });

  it('passes over other chunks, also of odd length, before, between and after', () => {
    const file = riff([
      ['JUNK', Buffer.alloc(3)],
      ['fmt ', MONO_16],
      ['LIST', Buffer.from('INFOx')],
      ['data', TWO_SAMPLES],
      ['id3 ', Buffer.alloc(7)],
    ]);
    expect(samplesOf(file)).toEqual([0.5, -0.5]);
  });

  it.each([0, 0x7ffff000, 0x80000000, 0xffffffff])(
    'reads to the end when a recorder into a pipe left %i as the size',
    size => {
      const file = riff([
        ['fmt ', MONO_16],
        ['data', Buffer.concat([TWO_SAMPLES, Buffer.from([7])])],
      ]).subarray(0, 12 + 24 + 8 + 5);
      file.writeUInt32LE(size === 0 ? 0 : size + 36 > 0xffffffff ? size : size + 36, 4);
      file.writeUInt32LE(size, 40);
      // The 5th byte is half a sample, which the recorder was stopped in.
      expect(samplesOf(file)).toEqual([0.5, -0.5]);
    },
  );

  it('takes the length of an RF64 file from its ds64 chunk', () => {
    const sizes = Buffer.alloc(28);
    sizes.writeBigUInt64LE(4n, 8);
    const file = riff(
      [
        ['ds64', sizes],
        ['fmt ', MONO_16],
        ['data', TWO_SAMPLES],
        ['LIST', Buffer.from('INFO')],
      ],
      'RF64',
    );
    file.writeUInt32LE(0xffffffff, 4);
    file.writeUInt32LE(0xffffffff, file.indexOf('data') + 4);
    expect(samplesOf(file)).toEqual([0.5, -0.5]);
  });

  it('reads a file that lies inside other bytes', () => {
    const file = encodeWav(SAMPLES, 8000, 'f32le');
    const larger = new Uint8Array(file.length + 5);
    larger.set(file, 5);
    expect(samplesOf(larger.subarray(5))).toEqual([...SAMPLES]);
  });

  it('says when a file is cut short, and where', () => {
    const whole = riff([
      ['fmt ', MONO_16],
      ['data', TWO_SAMPLES],
    ]);
    expect(failure(whole.subarray(0, whole.length - 1))).toBe(
      'WAV_INVALID: The file is cut short: it says 4 bytes of samples and has 3.',
    );
    expect(failure(whole.subarray(0, 30))).toMatch(/^WAV_INVALID: .*inside the chunk 'fmt ' at byte 12/);
    expect(failure(whole.subarray(0, 36))).toMatch(/^WAV_INVALID: .*without samples/);
    expect(failure(whole.subarray(0, 10))).toMatch(/^WAV_INVALID: .*does not start/);
    for (let length = 0; length < whole.length; length++)
      expect(failure(whole.subarray(0, length))).toMatch(/^WAV_INVALID/);
  });

  it('says when a file has no samples', () => {
    const empty = riff([
      ['fmt ', MONO_16],
      ['data', Buffer.alloc(0)],
      ['LIST', Buffer.from('INFO')],
    ]);
    expect(failure(empty)).toBe('AUDIO_EMPTY: The WAV file has no samples.');
    expect(failure(encodeWav(new Float32Array(0), 8000))).toMatch(/^AUDIO_EMPTY/);
  });

  it.each([
    ['A-law', 6, 8, /^AUDIO_FORMAT_UNSUPPORTED: .*8-bit samples of codec 6/],
    ['12-bit PCM', 1, 12, /^AUDIO_FORMAT_UNSUPPORTED: .*12-bit/],
    ['MP3 in WAV', 0x55, 0, /^AUDIO_FORMAT_UNSUPPORTED: .*codec 85/],
  ])('says that it can not read %s', (_, tag, bits, message) => {
    const file = riff([
      ['fmt ', format(tag, 1, bits)],
      ['data', TWO_SAMPLES],
    ]);
    expect(failure(file)).toMatch(message);
  });

  it('does not believe a format that contradicts itself', () => {
    const file = (fmt: Buffer) =>
      riff([
        ['fmt ', fmt],
        ['data', TWO_SAMPLES],
      ]);
    expect(failure(file(format(1, 0, 16)))).toMatch(/^WAV_INVALID: .*0 channels/);
    expect(failure(file(format(1, 1, 16, 0)))).toMatch(/^WAV_INVALID: .*0 Hz/);
    const wrongFrame = format(1, 2, 16);
    wrongFrame.writeUInt16LE(2, 12);
    expect(failure(file(wrongFrame))).toMatch(/^WAV_INVALID: .*2 bytes a frame/);
    expect(failure(file(format(1, 1, 16).subarray(0, 8)))).toMatch(/^WAV_INVALID: .*8 bytes/);
    expect(failure(riff([['data', TWO_SAMPLES]]))).toMatch(/^WAV_INVALID: .*before their format/);
  });
});

describe('encodeWav', () => {
  it.each(['s16le', 's24le', 'f32le'] as const)('writes %s that reads back', encoding => {
    const file = encodeWav(SAMPLES, 22050, encoding);
    expect(parseWav(file)).toMatchObject({ sampleRateHz: 22050, channels: 1, encoding });
    expect(samplesOf(file)).toEqual([...SAMPLES]);
    // RIFF files have an even length, and their header says it.
    expect(file.length % 2).toBe(0);
    expect(Buffer.from(file).readUInt32LE(4)).toBe(file.length - 8);
  });

  it('writes byte for byte what libsndfile writes', () => {
    const golden = goldenBytes('plant-16k.wav');
    const { data } = parseWav(golden);
    expect(encodeWav(decodePcm(data, 's16le'), 16000)).toEqual(new Uint8Array(golden));
  });
});
