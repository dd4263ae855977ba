import { expect } from 'vitest';
import { PlantsenseError } from '../../errors.js';
import {
  type Checkpoint,
  decodeCheckpoint,
  encodeCheckpoint,
  resumeOffset,
} from '../../stream/checkpoint.js';
import { Watermark } from '../../stream/watermark.js';
import { ClipStore } from '../clip-store.js';
import { MachineLane, type MachineLaneOptions } from '../machine-lane.js';
import type { JudgingModel } from '../machine-state.js';
import type { Outgoing } from '../outgoing.js';
import { QUICK_DETECTORS, scoreOf } from './judging-model.js';
import { soundLaneOptions } from './sound-lane-options.js';

/** A hundredth of a second, a new one every 0.006 s. */
const STREAM = { samplesPerSegment: 163, stepSamples: 98, clockJumpSecs: 0.5 };
const clips = new ClipStore('/nowhere');

const { sensors } = soundLaneOptions();
const settings = sensors.others!;
export const MACHINE_LANE: MachineLaneOptions = {
  topics: { scores: 'scores', alarms: 'alarms' },
  sensors: {
    byId: new Map([
      ['press', { ...settings, machine: { offBelowDb: -50 } }],
      ['pump', { ...settings, machine: { offBelowDb: null } }],
    ]),
    others: { ...settings, machine: null },
  },
  stream: STREAM,
  detectors: QUICK_DETECTORS,
  idleSecs: 0.6,
};

/** One life of a lane, from a checkpoint to a kill: gives what it sent and counted, and the checkpoint at the end. */
export async function liveMachineLane(
  log: readonly Uint8Array[],
  modelAt: (timeUs: number) => JudgingModel | null,
  start: Checkpoint,
  until: number,
  batch = 1,
  options = MACHINE_LANE,
) {
  const lane = new MachineLane(start, options, clips);
  const watermark = new Watermark(start, { released: () => {}, failed: () => {} });
  const sent: Outgoing[] = [];
  const raised: string[] = [];
  const counts = { scored: 0, off: 0, unscored: 0 };
  for (let first = resumeOffset(start); first < until; first += batch) {
    const offsets = log.slice(first, Math.min(until, first + batch)).map((_, i) => first + i);
    // All are heard before the first is judged, as in a batch.
    const heard = offsets.map(offset => hearOrRefuse(lane, log[offset]!, offset, offset < start.position));
    for (const [i, chunk] of heard.entries()) {
      const tracked = watermark.track(offsets[i]!, 1);
      if (chunk === null) {
        tracked.ack.done();
        continue;
      }
      const scores = chunk.parts
        .flatMap(part => part.segments)
        .map(segment => {
          const model = modelAt(segment.sound.startUs);
          return model && scoreOf(segment, model);
        });
      const { outputs, changes, segments, ...judged } = await lane.judge(chunk, scores);
      raised.push(...judged.raised);
      for (const [name, n] of Object.entries(segments)) counts[name as keyof typeof counts] += n;
      for (const change of changes) tracked.change(change);
      if (chunk.replayed) expect(outputs).toEqual([]);
      sent.push(...outputs);
      tracked.ack.done();
    }
  }
  const checkpoint = watermark.checkpoint();
  return {
    sent,
    raised,
    counts,
    checkpoint: decodeCheckpoint(resumeOffset(checkpoint), encodeCheckpoint(checkpoint)),
  };
}

function hearOrRefuse(lane: MachineLane, bytes: Uint8Array, offset: number, replayed: boolean) {
  try {
    return lane.hear(bytes, offset, replayed);
  } catch (error) {
    if (error instanceof PlantsenseError && error.class === 'terminal') return null;
    throw error;
  }
}
