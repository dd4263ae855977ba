import { memorySource } from '../../nn/training/row-source.js';
import { Random } from '../../random.js';
import { NoiseTrainingWindow, type TrainingEvent } from '../noise-training-window.js';

export const BANDS = 12;
export const FRAMES = 20;
export const FEATURE_SET = 'logmel-test';

/** Time of the first event, and between two of them. */
export const START_US = 1_767_225_600_000_000;
const STEP_US = 10_000_000;

/**
 * Spectrograms of made-up sources, for the tests of this folder: each source is loud in bands of its own.
 *
 * @param sources of each event in turn
 */
export function makeEvents(sources: readonly number[], seed = 1): TrainingEvent[] {
  const random = new Random(seed);
  return sources.map((source, i) => {
    const logMel = new Float32Array(BANDS * FRAMES);
    const loudness = 3 * random.normal();
    for (let band = 0; band < BANDS; band++) {
      const level = -60 + loudness + (Math.floor(band / 3) === source ? 40 : 0) + 2 * random.normal();
      for (let frame = 0; frame < FRAMES; frame++)
        logMel[band * FRAMES + frame] = level + (1 + source) * random.normal();
    }
    return { eventId: `e${seed}-${i}`, timeUs: START_US + i * STEP_US, featureSet: FEATURE_SET, logMel };
  });
}

/** `perSource[i]` events of source i, mixed. */
export function mixedEvents(perSource: readonly number[], seed = 1): TrainingEvent[] {
  const sources = perSource.flatMap((count, source) => new Array<number>(count).fill(source));
  return makeEvents(new Random(seed + 1000).shuffle(sources), seed);
}

/** The source of each of `mixedEvents`, found by the band that is loudest. */
export function mixedSources(perSource: readonly number[], seed = 1): number[] {
  return mixedEvents(perSource, seed).map(({ logMel }) => {
    const bands = Array.from({ length: BANDS }, (_, band) => logMel[band * FRAMES]!);
    return Math.floor(bands.indexOf(Math.max(...bands)) / 3);
  });
}

export async function trainingSet(events: readonly TrainingEvent[]) {
  const window = new NoiseTrainingWindow({
    bands: BANDS,
    frames: FRAMES,
    featureSet: FEATURE_SET,
    featureOptions: { nMels: BANDS },
  });
  for (const event of events) await window.add(event);
  return window.trainingSet();
}

/** The spectrograms of events as rows to learn from. */
export function tensorsOf(events: readonly TrainingEvent[]) {
  return memorySource(batchOf(events).data, [BANDS, FRAMES]);
}

/** The spectrograms of events as a batch. */
export function batchOf(events: readonly TrainingEvent[]) {
  const data = new Float32Array(events.length * BANDS * FRAMES);
  events.forEach((event, i) => {
    data.set(event.logMel, i * BANDS * FRAMES);
  });
  return { data, rows: events.length, bands: BANDS, frames: FRAMES };
}
