import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { announceModel } from '../lifecycle/announce-model.js';
import { DirectoryModelStore } from '../lifecycle/directory-model-store.js';
import { type FittedMachine, fitMachine } from '../lifecycle/machine-model/fit-machine.js';
import {
  machineHum,
  TINY_FIT,
  TINY_SEGMENTER,
  tinySet,
} from '../lifecycle/machine-model/testing/tiny-machine.js';
import { saveModel } from '../lifecycle/model-store.js';
import { openBackend } from '../nn/backend/open-backend.js';
import { memorySource } from '../nn/training/row-source.js';
import { decodeAny } from '../records/codec.js';
import { tensorFloats } from '../records/tensor-bytes.js';
import type { MachineFeatures } from '../records/types.js';
import type { HeardSegment } from './machine-lane.js';
import { MachineScorer, type RefusedModel } from './machine-scorer.js';

const directory = mkdtempSync(join(tmpdir(), 'plantsense-scorer-'));
let fitted: FittedMachine;

beforeAll(async () => {
  await openBackend();
  const data = await tinySet(directory, 'normal', Array(6).fill(60));
  fitted = await fitMachine(data.set, data.source, TINY_FIT);
  await data.close();
}, 180_000);
afterAll(() => {
  fitted.model.dispose();
  rmSync(directory, { recursive: true });
});

const { samplesPerSegment } = TINY_SEGMENTER;

function segment(machine: string, number: number, more: Partial<HeardSegment> = {}): HeardSegment {
  const samples = machineHum(samplesPerSegment, number);
  const sound = {
    ...{
      streamId: 's',
      firstSample: 192 * number,
      startUs: 10_000 * number,
      endUs: 10_000 * number + 17_668,
    },
    ...{ afterGap: false, levelDb: -10, clippedSamples: 0, samples, mark: number },
  };
  return { machine, sound, isOff: false, replayed: false, ...more };
}

const announcement = (entity: string) =>
  announceModel([], fitted.artefact, 0, { state: 'promoted', activeFromUs: 0, entity, reason: 'A test.' });

/** A scorer over an empty store, and what it refuses. */
function scorer(
  name: string,
  { featuresTopic = null as string | null, segment = TINY_SEGMENTER.options } = {},
) {
  const store = new DirectoryModelStore(join(directory, name));
  const refusals: RefusedModel[] = [];
  const made = new MachineScorer(store, segment, featuresTopic);
  const hooks = { openTensors: async () => {}, refused: (model: RefusedModel) => refusals.push(model) };
  const score = (segments: readonly HeardSegment[]) => made.score(segments, hooks);
  return { store, scorer: made, refusals, score };
}

describe('the scorer of machines', () => {
  it('scores a backlog as if each of its segments came alone, and gives each its own', async () => {
    const { store, scorer: made, score } = scorer('backlog', { featuresTopic: 'features' });
    await saveModel(store, fitted.artefact);
    made.announce([announcement('press')]);
    const segments = Array.from({ length: 150 }, (_, i) =>
      segment(i % 3 === 0 ? 'pump' : 'press', i, { isOff: i % 7 === 0, replayed: i % 5 === 0 }),
    );
    const { scores, features, count } = await score(segments);
    const scored = segments.filter(({ machine, isOff }) => machine === 'press' && !isOff);
    expect(count).toBe(scored.length);
    const size = TINY_SEGMENTER.bins * TINY_SEGMENTER.options.width;
    const rows = new Float32Array(scored.length * size);
    scored.forEach(({ sound }, row) => {
      rows.set(TINY_SEGMENTER.compute(sound.samples), row * size);
    });
    const { residuals } = await fitted.model.score(
      memorySource(rows, [TINY_SEGMENTER.bins, TINY_SEGMENTER.options.width]),
    );
    const expected = new Map(scored.map((each, row) => [each, residuals[row]]));
    segments.forEach((each, i) => {
      const { machine, isOff, replayed, sound } = each;
      if (machine === 'pump') expect(scores[i]).toBeNull();
      else expect(scores[i]!.residual).toBe(isOff ? 0 : expected.get(each));
      // Of replays they were published before, and a machine that is off has nothing to learn from.
      if (isOff || replayed) expect(features[i]).toBeNull();
      else {
        const record = decodeAny(features[i]!.value!).value as MachineFeatures;
        expect(record).toMatchObject({ sensor: machine, firstSample: sound.firstSample });
        expect(tensorFloats(record.tensor)).toEqual(TINY_SEGMENTER.compute(sound.samples));
      }
    });
  });

  it('says once that a model is missing, and finds it when it is announced again', async () => {
    const { store, scorer: made, refusals, score } = scorer('late');
    made.announce([announcement('')]);
    for (const number of [1, 2]) expect((await score([segment('press', number)])).scores).toEqual([null]);
    expect(refusals).toEqual([expect.objectContaining({ code: 'MODEL_NOT_FOUND' })]);
    await saveModel(store, fitted.artefact);
    made.announce([announcement(''), announcement('press')]);
    const { scores, count } = await score([segment('press', 3)]);
    expect([scores[0]!.model.version, count]).toEqual([fitted.artefact.card.version, 1]);
  });

  it('refuses a model of other segments, and one whose card is not the announced one', async () => {
    const other = scorer('other', { segment: { ...TINY_SEGMENTER.options, step: 7 } });
    await saveModel(other.store, fitted.artefact);
    other.scorer.announce([announcement('')]);
    expect((await other.score([segment('press', 1), segment('press', 2)])).scores).toEqual([null, null]);
    expect(other.refusals).toEqual([
      expect.objectContaining({ code: 'MODEL_INVALID', message: expect.stringContaining('other segments') }),
    ]);
    const changed = scorer('changed');
    await saveModel(changed.store, fitted.artefact);
    changed.scorer.announce([{ ...announcement(''), cardSha256: '0'.repeat(64) }]);
    expect((await changed.score([segment('press', 1)])).scores).toEqual([null]);
    expect(changed.refusals).toEqual([
      expect.objectContaining({
        code: 'MODEL_INVALID',
        message: expect.stringContaining('another checksum'),
      }),
    ]);
  });
});
