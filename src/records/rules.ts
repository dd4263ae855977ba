import { PlantsenseError } from '../errors.js';
import type { AudioEncoding, ImageEncoding, MachineDetector, MachineEvidence, Records } from './types.js';

/** What a rule finds wrong with a record: `firstSample is -1: it must be ...`; undefined when all is well. */
type Rule<T> = (record: T) => string | undefined;

/** Field names of T whose values are V. */
type FieldsOf<T, V> = { [K in keyof T]-?: T[K] extends V ? K : never }[keyof T] & string;

/**
 * Latest event time, the end of the year 2199: sums of times and durations stay exact, and ClickHouse's DateTime64
 * holds it.
 */
export const MAX_TIME_US = 7_258_118_400_000_000;

/** Sample and frame indices stay exact through sums: 2^52 samples are 700 years at 192 kHz. */
const MAX_INDEX = 2 ** 52;

const MAX_SAMPLE_RATE_HZ = 1_000_000;
const MAX_CHANNELS = 256;
const MAX_NAME_LENGTH = 256;
const FLOAT_BYTES = 4;

const BYTES_PER_SAMPLE: Readonly<Record<AudioEncoding, number>> = { S16LE: 2, S24LE: 3, S32LE: 4, F32LE: 4 };

/** Bytes of a pixel; NaN for files, whose size the pixels don't tell. */
const PIXEL_BYTES: Readonly<Record<ImageEncoding, number>> = {
  PNG: Number.NaN,
  JPEG: Number.NaN,
  GRAY8: 1,
  RGB8: 3,
  TIFF: Number.NaN,
  BMP: Number.NaN,
  GRAY16: 2,
};

/** Bytes of one frame: one sample of every channel. */
export function frameBytes(chunk: { readonly encoding: AudioEncoding; readonly channels: number }): number {
  return BYTES_PER_SAMPLE[chunk.encoding] * chunk.channels;
}

/** Ids and names: not empty, not so long that they harm tables and metrics. */
function name<T>(...fields: FieldsOf<T, string>[]): Rule<T> {
  return each(fields, (value: string) =>
    value.length === 0
      ? 'it is empty'
      : value.length > MAX_NAME_LENGTH
        ? `it has ${value.length} characters, more than ${MAX_NAME_LENGTH}`
        : undefined,
  );
}

function time<T>(...fields: FieldsOf<T, number | null>[]): Rule<T> {
  return each(fields, (value: number | null) => outside(value, 0, MAX_TIME_US, 'microseconds since 1970'));
}

function index<T>(...fields: FieldsOf<T, number>[]): Rule<T> {
  return each(fields, (value: number) => outside(value, 0, MAX_INDEX, 'an index or count'));
}

function count<T>(field: FieldsOf<T, number>, most = 2 ** 31 - 1): Rule<T> {
  return each([field], (value: number) => outside(value, 1, most, 'a number above zero'));
}

function duration<T>(...fields: FieldsOf<T, number>[]): Rule<T> {
  return each(fields, (value: number) => outside(value, 0, MAX_TIME_US / 1e6, 'seconds'));
}

function probability<T>(...fields: FieldsOf<T, number | null>[]): Rule<T> {
  return each(fields, (value: number | null) => outside(value, 0, 1, 'a probability'));
}

/** Numbers that may be null but not NaN or infinite. */
function finite<T>(...fields: FieldsOf<T, number | null>[]): Rule<T> {
  return each(fields, (value: number | null) =>
    value === null || Number.isFinite(value) ? undefined : `it is ${value}`,
  );
}

function all<T>(...rules: Rule<T>[]): Rule<T> {
  return record => {
    for (const rule of rules) {
      const found = rule(record);
      if (found !== undefined) return found;
    }
    return undefined;
  };
}

function each<T, V>(fields: readonly string[], wrong: (value: V) => string | undefined): Rule<T> {
  return record => {
    for (const field of fields) {
      const found = wrong((record as Readonly<Record<string, V>>)[field] as V);
      if (found !== undefined) return `${field}: ${found}`;
    }
    return undefined;
  };
}

function outside(value: number | null, least: number, most: number, what: string): string | undefined {
  // Written so that NaN is outside.
  if (value === null || (value >= least && value <= most)) return undefined;
  return `it is ${value}, but ${what} must be in ${least} to ${most}`;
}

function items<T, K extends keyof T & string, I>(field: K, rule: Rule<I>): Rule<T> {
  return record => {
    const list = record[field] as readonly I[];
    for (let i = 0; i < list.length; i++) {
      const found = rule(list[i]!);
      if (found !== undefined) return `${field}[${i}].${found}`;
    }
    return undefined;
  };
}

/** The tensor's bytes must be those of its shape, and its floats finite. */
function tensor(record: {
  readonly shape: readonly number[];
  readonly tensor: Uint8Array;
}): string | undefined {
  let values = 1;
  for (const length of record.shape) {
    if (length < 1) return `shape: it is [${record.shape.join(', ')}], but each length must be above zero`;
    values *= length;
  }
  if (record.shape.length === 0 || values * FLOAT_BYTES !== record.tensor.length)
    return `tensor: it has ${record.tensor.length} bytes, but the shape [${record.shape.join(', ')}] takes ${values * FLOAT_BYTES}`;
  const floats = new DataView(record.tensor.buffer, record.tensor.byteOffset, record.tensor.byteLength);
  for (let at = 0; at < record.tensor.length; at += FLOAT_BYTES) {
    // All bits of the exponent set: NaN or infinite.
    if ((floats.getUint32(at, true) & 0x7f800000) === 0x7f800000)
      return `tensor: the value at ${at / FLOAT_BYTES} is not finite`;
  }
  return undefined;
}

const LEVELS = ['laeqDb', 'lafmaxDb', 'lcpeakDb', 'lzeqDb', 'l10Db', 'l50Db', 'l90Db'] as const;

const DETECTOR: Rule<MachineDetector> = all(
  name('detector'),
  count('segments'),
  finite('meanResidual', 'threshold'),
);

const EVIDENCE: Rule<MachineEvidence> = all(
  name('detector'),
  count('segments'),
  count('means'),
  time('firstUs', 'lastUs', 'peakUs'),
  finite('meanResidual', 'peakMean', 'peakResidual'),
  items('bands', finite('lowHz', 'highHz', 'residual', 'normalResidual')),
);

const RULES: { readonly [N in keyof Records]: readonly Rule<Records[N]>[] } = {
  'audio-chunk': [
    name('sensor', 'streamId'),
    index('firstSample'),
    time('startTimeUs'),
    count('sampleRateHz', MAX_SAMPLE_RATE_HZ),
    count('channels', MAX_CHANNELS),
    finite('calibrationDbSpl'),
    chunk =>
      chunk.samples.length % frameBytes(chunk) === 0
        ? undefined
        : `samples: ${chunk.samples.length} bytes are not a whole number of frames of ${frameBytes(chunk)} bytes`,
  ],
  'image-frame': [
    name('sensor', 'streamId', 'frameId'),
    index('frameIndex'),
    time('timeUs'),
    count('width'),
    count('height'),
    frame => (frame.picture.length === 0 && !frame.endOfStream ? 'picture: it is empty' : undefined),
    frame => {
      const bytes = PIXEL_BYTES[frame.encoding] * frame.width * frame.height;
      return Number.isNaN(bytes) || frame.picture.length === 0 || frame.picture.length === bytes
        ? undefined
        : `picture: it has ${frame.picture.length} bytes, but ${frame.width} x ${frame.height} pixels take ${bytes}`;
    },
  ],
  'noise-levels': [
    name('sensor', 'streamId'),
    time('timeUs'),
    duration('durationSecs'),
    index('firstSample', 'sampleCount', 'clippedSamples'),
    count('sampleRateHz', MAX_SAMPLE_RATE_HZ),
    finite(...LEVELS),
    items('bands', finite('centreHz', 'leqDb')),
  ],
  'noise-event': [
    name('id', 'sensor', 'streamId'),
    time('startTimeUs', 'endTimeUs', 'onsetTimeUs', 'offsetTimeUs'),
    duration('durationSecs'),
    index('firstSample', 'sampleCount', 'clippedSamples'),
    count('sampleRateHz', MAX_SAMPLE_RATE_HZ),
    finite('peakAmplitude', ...LEVELS),
    event =>
      event.endTimeUs < event.startTimeUs
        ? `endTimeUs: ${event.endTimeUs} is before the start, ${event.startTimeUs}`
        : undefined,
  ],
  'noise-features': [
    name('eventId', 'sensor', 'streamId', 'featureSet'),
    time('startTimeUs'),
    duration('durationSecs'),
    finite('laeqDb'),
    tensor,
  ],
  'machine-features': [
    name('segmentId', 'sensor', 'streamId', 'featureSet'),
    time('startTimeUs'),
    index('firstSample'),
    duration('durationSecs'),
    tensor,
  ],
  'image-features': [name('frameId', 'sensor', 'encoder'), time('timeUs'), tensor],
  'noise-assignment': [
    name('eventId', 'sensor'),
    time('timeUs'),
    probability('probability'),
    finite('logLikelihood'),
    items('runnersUp', probability('probability')),
  ],
  'image-assignment': [
    name('frameId', 'sensor'),
    time('timeUs'),
    probability('probability', 'labelConfidence'),
    finite('logLikelihood', 'noveltyScore'),
    items('runnersUp', probability('probability')),
  ],
  'machine-score': [
    name('segmentId', 'sensor', 'streamId', 'modelVersion'),
    index('firstSample', 'clippedSamples'),
    time('timeUs'),
    duration('durationSecs'),
    finite('levelDb', 'residual'),
    items('detectors', DETECTOR),
    ({ bandResiduals }) => {
      const at = bandResiduals.findIndex(value => !Number.isFinite(value));
      return at < 0 ? undefined : `bandResiduals[${at}]: it is ${bandResiduals[at]}`;
    },
  ],
  alarm: [
    name('id', 'sensor', 'kind'),
    time('timeUs'),
    finite('value', 'threshold'),
    ({ evidence }) => {
      const found = evidence === null ? undefined : EVIDENCE(evidence);
      return found && `evidence.${found}`;
    },
  ],
  'model-announcement': [
    name('method', 'version', 'kind', 'uri', 'cardSha256'),
    index('sequence'),
    time('activeFromUs', 'createdUs'),
    index('groups'),
  ],
  label: [
    name('id', 'subjectId'),
    time('timeUs'),
    ({ action, label }) => {
      if (label === null) return action === 'name' || action === 'mark' ? 'label: it is null' : undefined;
      const has = label.length;
      return has > 0 && has <= MAX_NAME_LENGTH ? undefined : `label: it has ${has} characters`;
    },
  ],
  // A dead letter holds what is wrong by nature: only what says where it comes from must be right.
  'dead-letter': [name('originalTopic', 'errorCode'), index('originalPartition', 'originalOffset')],
};

/**
 * Checks what a schema can't say: ranges, lengths that must fit one another, numbers that must be finite.
 * @throws PlantsenseError RECORD_INVALID with the field and its value
 */
export function checkRules<N extends keyof Records>(record: N, value: Records[N]): void {
  for (const rule of RULES[record]) {
    const found = rule(value);
    if (found !== undefined)
      throw new PlantsenseError('RECORD_INVALID', `The ${record} record is wrong in ${found}.`);
  }
}
