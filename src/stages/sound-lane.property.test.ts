import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodePcm } from '../audio/pcm.js';
import { concat, noise, sine } from '../audio/testing/signals.js';
import { PlantsenseError } from '../errors.js';
import { codec } from '../records/codec.js';
import { decodeCheckpoint, emptyCheckpoint, encodeCheckpoint, resumeOffset } from '../stream/checkpoint.js';
import { Watermark } from '../stream/watermark.js';
import { ClipStore } from './clip-store.js';
import { EventTensor } from './event-tensor.js';
import { SoundLane } from './sound-lane.js';
import { soundLaneOptions } from './testing/sound-lane-options.js';

/**
 * A lane of raw audio that is stopped anywhere and goes on from its checkpoint gives what it would have given without:
 * the same records in the same order for every message, whatever happens to its sensors.
 */

const RATE = 8000;
const START_US = 1_700_000_000_000_000;
const RUNS = Number(process.env.RUNS ?? 25);

const tensor = new EventTensor({ sampleRateHz: RATE, durationSecs: 0.5, nFft: 256, hop: 128, nMels: 8 });
const clips = new ClipStore('/nowhere');
const options = soundLaneOptions({ idleSecs: 3 });

/** Loud, quiet or silent for a while. */
const part = fc.record({
  kind: fc.constantFrom('loud', 'quiet', 'quiet', 'zeros'),
  secs: fc.constantFrom(0.3, 1.1, 2.5),
});

/** One chunk of a sensor, and what happens before the next. */
const chunk = fc.record({
  samples: fc.integer({ min: 400, max: 5000 }),
  fault: fc.constantFrom(
    ...Array<'none'>(12).fill('none'),
    'duplicate',
    'gap',
    'pause',
    'long pause',
    'clock jump',
    'end of stream',
    'restart',
    'broken',
    'odd rate',
  ),
});

const sensor = fc.record({
  delaySecs: fc.constantFrom(0, 0, 0.4, 2),
  parts: fc.array(part, { minLength: 3, maxLength: 8 }),
  chunks: fc.array(chunk, { minLength: 5, maxLength: 40 }),
});

interface Piece {
  readonly atUs: number;
  readonly bytes: Uint8Array;
}

/** What a recorder sends, with its faults. */
function recording(name: string, { delaySecs, parts, chunks }: SensorPlan): Piece[] {
  const sound = concat(
    ...parts.map(({ kind, secs }, i) => {
      const count = Math.round(secs * RATE);
      if (kind === 'zeros') return new Float32Array(count);
      return kind === 'loud' ? sine(700 + 100 * i, 0.5, count, RATE) : noise(0.001, count, i + 1);
    }),
  );
  const pieces: Piece[] = [];
  let stream = 0;
  let firstSample = 0;
  let clockUs = START_US + delaySecs * 1e6;
  let at = 0;
  const send = (count: number, fault: string) => {
    const samples = sound.subarray(at, at + count);
    const startTimeUs = Math.round(clockUs + (firstSample / RATE) * 1e6);
    const record = {
      sensor: name,
      streamId: `${name} ${stream}`,
      firstSample,
      startTimeUs,
      sampleRateHz: fault === 'odd rate' ? 500_000 : RATE,
      channels: 1,
      encoding: 'F32LE' as const,
      calibrationDbSpl: null,
      endOfStream: fault === 'end of stream',
      samples: encodePcm(samples, 'f32le'),
    };
    const bytes = codec('audio-chunk').encode(record);
    pieces.push({
      atUs: startTimeUs,
      bytes: fault === 'broken' ? bytes.subarray(0, bytes.length - 3) : bytes,
    });
    if (fault === 'duplicate') pieces.push({ atUs: startTimeUs, bytes });
    at += count;
    firstSample += count;
  };
  const newStream = (pauseSecs: number) => {
    clockUs += (firstSample / RATE + pauseSecs) * 1e6;
    stream += 1;
    firstSample = 0;
  };
  for (const { samples, fault } of chunks) {
    if (at >= sound.length) break;
    send(Math.min(samples, sound.length - at), fault);
    if (fault === 'gap') firstSample += 3000;
    else if (fault === 'pause') firstSample += 2 * RATE;
    else if (fault === 'long pause') firstSample += 8 * RATE;
    else if (fault === 'clock jump') clockUs += 5e6;
    else if (fault === 'end of stream') newStream(1);
    else if (fault === 'restart') newStream(0.2);
  }
  return pieces;
}

interface SensorPlan {
  readonly delaySecs: number;
  readonly parts: readonly { readonly kind: string; readonly secs: number }[];
  readonly chunks: readonly { readonly samples: number; readonly fault: string }[];
}

/** Goes on from a checkpoint to an offset; gives what each message gave, and the checkpoint as it would be committed. */
async function live(log: readonly Piece[], offset: number, metadata: string, to: number) {
  const start = offset === 0 && metadata === '' ? emptyCheckpoint(0) : decodeCheckpoint(offset, metadata);
  const lane = new SoundLane(start, options, tensor, clips);
  const watermark = new Watermark(start, { released() {}, failed() {} });
  const given = new Map<number, string[]>();
  for (let at = offset; at < to; at++) {
    const replayed = at < start.position;
    const { ack, change } = watermark.track(at, 1);
    let outputs: string[];
    try {
      const step = await lane.step(log[at]!.bytes, at, replayed);
      for (const each of step.changes) change(each);
      outputs = step.outputs.map(({ topic, key, value }) => `${topic} ${key} ${hash(value!)}`);
    } catch (error) {
      if (!(error instanceof PlantsenseError) || error.class !== 'terminal') throw error;
      outputs = [`dead letter ${error.code}`];
    }
    if (!replayed) given.set(at, outputs);
    ack.done();
  }
  const checkpoint = watermark.checkpoint();
  return { given, offset: resumeOffset(checkpoint), metadata: encodeCheckpoint(checkpoint) };
}

const hash = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex').slice(0, 12);

describe('a lane of raw audio', () => {
  it('gives the same after any crash as without one: gaps, jumps, silence and all', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(sensor, { minLength: 2, maxLength: 4 }),
        fc.array(fc.nat(), { minLength: 1, maxLength: 4 }),
        async (sensors, crashes) => {
          const log = sensors
            .flatMap((plan, i) => recording(`m${i}`, plan))
            .map((piece, i) => ({ ...piece, i }))
            .sort((a, b) => a.atUs - b.atUs || a.i - b.i);
          const whole = await live(log, 0, '', log.length);
          const given = new Map<number, string[]>();
          let resume = { offset: 0, metadata: '' };
          const places = crashes.map(crash => crash % (log.length + 1)).sort((a, b) => a - b);
          for (const to of [...places, log.length]) {
            const next = await live(log, resume.offset, resume.metadata, to);
            for (const [at, outputs] of next.given) given.set(at, outputs);
            resume = next;
          }
          expect(given).toEqual(whole.given);
        },
      ),
      { numRuns: RUNS },
    );
  }, 60_000);
});
