import { FLACDecoder } from '@wasm-audio-decoders/flac';
import { OggVorbisDecoder } from '@wasm-audio-decoders/ogg-vorbis';
import { PlantsenseError } from '../errors.js';
import { checkOgg } from './ogg.js';
import { checkFinite, decodePcm } from './pcm.js';
import { parseWav } from './wav.js';

/** A recording as one channel. */
export interface Sound {
  readonly sampleRateHz: number;
  /** How many channels the recording has; `samples` is their mean. */
  readonly channels: number;
  /** 1 is full scale. */
  readonly samples: Float32Array;
}

/**
 * Decodes a WAV, FLAC or Ogg Vorbis file. Its first bytes say what it is, not its name.
 *
 * @throws PlantsenseError AUDIO_FORMAT_UNSUPPORTED when it is something else, WAV_INVALID or AUDIO_DAMAGED when it is cut
 *   short or damaged, AUDIO_EMPTY without samples, AUDIO_NOT_FINITE
 */
export async function decodeAudio(bytes: Uint8Array): Promise<Sound> {
  if (bytes.length === 0) throw new PlantsenseError('AUDIO_EMPTY', 'The file has 0 bytes.');
  const magic = latin1(bytes.subarray(0, 4));
  if (magic === 'RIFF' || magic === 'RF64') return decodeWav(bytes);
  if (magic === 'fLaC') return decodeFlac(bytes, flacLength(bytes));
  if (magic === 'OggS') {
    const codec = checkOgg(bytes);
    if (codec === 'vorbis') return decodeVorbis(bytes);
    if (codec === 'flac') return decodeFlac(bytes, 0);
    throw new PlantsenseError(
      'AUDIO_FORMAT_UNSUPPORTED',
      'The Ogg file holds something other than Vorbis or FLAC.',
    );
  }
  const start = JSON.stringify(latin1(bytes.subarray(0, 8)));
  throw new PlantsenseError(
    'AUDIO_FORMAT_UNSUPPORTED',
    `The file starts with ${start}: it is neither WAV, FLAC nor Ogg Vorbis.`,
  );
}

/** @throws PlantsenseError as `parseWav`, and AUDIO_NOT_FINITE */
export function decodeWav(bytes: Uint8Array): Sound {
  const { sampleRateHz, channels, encoding, data } = parseWav(bytes);
  return { sampleRateHz, channels, samples: decodePcm(data, encoding, channels) };
}

/** @param length the frames that the file announces; 0 when it doesn't say */
async function decodeFlac(bytes: Uint8Array, length: number): Promise<Sound> {
  const decoder = new FLACDecoder();
  return toSound(await decodeWith(decoder, bytes, 'FLAC'), 'FLAC', length);
}

async function decodeVorbis(bytes: Uint8Array): Promise<Sound> {
  const decoder = new OggVorbisDecoder();
  return toSound(await decodeWith(decoder, bytes, 'Ogg Vorbis'), 'Ogg Vorbis', 0);
}

interface Decoder {
  readonly ready: Promise<void>;
  decodeFile(bytes: Uint8Array): Promise<Decoded>;
  free(): void;
}

async function decodeWith(decoder: Decoder, bytes: Uint8Array, format: string): Promise<Decoded> {
  try {
    await decoder.ready;
    return await decoder.decodeFile(bytes);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new PlantsenseError('AUDIO_DAMAGED', `The ${format} file can't be decoded: ${reason}.`, {
      cause: error,
    });
  } finally {
    decoder.free();
  }
}

interface Decoded {
  readonly channelData: readonly Float32Array[];
  readonly samplesDecoded: number;
  readonly sampleRate: number;
  readonly errors: readonly { readonly message: string }[];
}

function toSound(decoded: Decoded, format: string, expectedLength: number): Sound {
  const { channelData, samplesDecoded, sampleRate, errors } = decoded;
  if (errors.length > 0)
    throw new PlantsenseError('AUDIO_DAMAGED', `The ${format} file is damaged: ${errors[0]!.message}.`);
  // A decoder goes on after a frame that it can't read, so a gap shows only in the length.
  if (samplesDecoded < expectedLength)
    throw new PlantsenseError(
      'AUDIO_DAMAGED',
      `The ${format} file is cut short: it says ${expectedLength} samples and has ${samplesDecoded}.`,
    );
  if (samplesDecoded === 0) throw new PlantsenseError('AUDIO_EMPTY', `The ${format} file has no samples.`);
  const samples = mean(channelData, samplesDecoded);
  checkFinite(samples);
  return { sampleRateHz: sampleRate, channels: channelData.length, samples };
}

function mean(channels: readonly Float32Array[], length: number): Float32Array {
  if (channels.length === 1) return channels[0]!.subarray(0, length);
  const out = new Float32Array(length);
  for (const channel of channels) for (let i = 0; i < length; i++) out[i]! += channel[i]! / channels.length;
  return out;
}

/**
 * The frames that a FLAC file's STREAMINFO announces; 0 when it doesn't say.
 * @throws PlantsenseError AUDIO_DAMAGED when the file ends before it does
 */
function flacLength(bytes: Uint8Array): number {
  if (bytes.length < 42)
    throw new PlantsenseError('AUDIO_DAMAGED', 'The FLAC file is cut short in its header.');
  // 36 bits, which end at byte 26.
  const at = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  return (at.getUint8(21) & 0x0f) * 2 ** 32 + at.getUint32(22, false);
}

function latin1(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes);
}
