import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openBackend } from '../../nn/backend/open-backend.js';
import { MemoryCheckpoint } from '../../nn/testing/memory-checkpoint.js';
import { memorySource } from '../../nn/training/row-source.js';
import { openArtefact, sealArtefact } from '../artefact.js';
import { type FittedMachine, fitMachine } from './fit-machine.js';
import { MachineModel } from './machine-model.js';
import { scoreRecording } from './score-recording.js';
import { machineHum, TINY_FIT, TINY_SEGMENTER, tinySet } from './testing/tiny-machine.js';

const directory = mkdtempSync(join(tmpdir(), 'plantsense-machine-'));
let data: Awaited<ReturnType<typeof tinySet>>;
let fitted: FittedMachine;
beforeAll(async () => {
  await openBackend();
  data = await tinySet(directory, 'normal', Array(12).fill(30));
  fitted = await fitMachine(data.set, data.source, { ...TINY_FIT, steps: 150 });
}, 180_000);
afterAll(async () => {
  fitted.model.dispose();
  await data.close();
  rmSync(directory, { recursive: true });
});

const fitTiny = (options: Parameters<typeof fitMachine>[2] = {}) =>
  fitMachine(data.set, data.source, { ...TINY_FIT, ...options });

async function scored(samples: Float32Array) {
  const out = [];
  for await (const segment of scoreRecording(fitted.model, samples)) out.push(segment);
  return out;
}

describe('fitMachine', () => {
  it('gives a card with the segments, thresholds for n = 1 and 20 and the data', () => {
    const { card } = fitted.artefact;
    expect(card).toMatchObject({
      ...{ method: 'machine', kind: 'residual', sequence: 1, parent: null, seed: 3 },
      data: { rows: 360 },
      indices: { trainingSegments: 270, validationSegments: 90 },
      details: {
        width: null,
        segment: TINY_SEGMENTER.options,
        equation3: expect.stringContaining('(64 + (8 - 1) · (64 - 32)) / 16300 Hz = 0.018 s'),
        recordings: { training: 9, validation: 3, silentSegments: 0 },
        rule: { type: 'quantile', quantile: 0.99 },
        windows: 'within',
      },
    });
    const [sudden, ...others] = fitted.model.details.thresholds;
    // 90 segments tell no 0.99 quantile, and 3 means of 20 nothing at all.
    expect(sudden).toMatchObject({ n: 1, type: 'gamma', provisional: true, independentMeans: 90 });
    expect(others).toEqual([]);
    expect(fitted.model.details.normalBands).toHaveLength(8);
  });

  it('hears ageing in means of fewer segments where there is little to tell a threshold by', async () => {
    const { model, artefact } = await fitTiny({ creepingSegments: 10, steps: 2 });
    const detectors = model
      .monitorOptions()
      .detectors.map(({ name, n, holdSegments }) => [name, n, holdSegments]);
    expect(detectors).toEqual([
      ['sudden', 1, 1],
      ['creeping', 10, 11],
    ]);
    const read = await MachineModel.open(artefact);
    expect(read.details.thresholds.map(({ n, independentMeans }) => [n, independentMeans])).toEqual([
      [1, 90],
      [10, 9],
    ]);
    read.dispose();
    model.dispose();
    await expect(fitTiny({ creepingSegments: 1 })).rejects.toMatchObject({ code: 'PARAMETER_INVALID' });
  });

  it('takes means across recordings that are too short for one', async () => {
    const short = await tinySet(directory, 'short', Array(60).fill(10));
    try {
      const { model } = await fitMachine(short.set, short.source, {
        ...TINY_FIT,
        validationShare: 0.4,
        steps: 20,
      });
      expect(model.details.windows).toBe('across');
      expect(model.details.thresholds).toMatchObject([
        { n: 1, type: 'quantile', provisional: false, independentMeans: 240 },
        { n: 20, type: 'gamma', provisional: true, independentMeans: 12 },
      ]);
      model.dispose();
    } finally {
      await short.close();
    }
  });

  it('gives the same files when it is killed and goes on', async () => {
    const whole = await fitTiny();
    const checkpoint = new MemoryCheckpoint();
    const stop = new AbortController();
    const killed = fitTiny({
      ...{ checkpoint, signal: stop.signal },
      onProgress: ({ step }) => {
        if (step === 13) stop.abort(new Error('killed'));
      },
    });
    await expect(killed).rejects.toThrow('killed');
    const rest = await fitTiny({ checkpoint });
    expect(rest.artefact.files).toEqual(whole.artefact.files);
    whole.model.dispose();
    rest.model.dispose();
  });

  it('goes on from a model, and records it as the parent', async () => {
    const aged = await fitTiny({ parent: fitted, steps: 5 });
    expect(aged.artefact.card).toMatchObject({ sequence: 2, parent: fitted.artefact.card.version });
    expect(aged.model.network.origin.startedFrom).toMatch(/^[0-9a-f]{64}$/);
    expect(aged.training.loss).toBeLessThan(0.5);
    aged.model.dispose();
  });

  it('tells thresholds by the share of abnormal segments that they shall find', async () => {
    const faulty = await tinySet(directory, 'faulty', [30, 30, 40, 40]);
    // The last two stand for something abnormal: a machine that hums as it should, for which α must be low.
    const [first, second, ...abnormal] = faulty.set.recordings;
    const set = { ...faulty.set, recordings: [first!, second!] };
    const rule = { type: 'sensitivity', sensitivity: 0.9 } as const;
    try {
      const { model, residuals, artefact } = await fitMachine(set, faulty.source, {
        ...{ ...TINY_FIT, validationShare: 0.5, rule, abnormal },
      });
      const { details } = await MachineModel.open(openArtefact(artefact.files));
      expect(details).toMatchObject({ rule, recordings: { training: 1, validation: 1, abnormal: 2 } });
      expect(details.thresholds).toMatchObject([
        { n: 1, type: 'sensitivity', sensitivity: 0.9, provisional: true, independentMeans: 30 },
        { n: 20, type: 'sensitivity', sensitivity: 1, provisional: true, independentMeans: 1 },
      ]);
      expect(details.thresholds[0]!.specificity).toBeLessThan(0.5);
      expect(residuals.normal.map(({ length }) => length)).toEqual([30]);
      expect(residuals.abnormal.map(({ length }) => length)).toEqual([40, 40]);
      model.dispose();
    } finally {
      await faulty.close();
    }
  });

  it('refuses a sensitivity without abnormal segments before it trains', async () => {
    const options = {
      rule: { type: 'sensitivity', sensitivity: 0.9 },
      onProgress: () => expect.unreachable(),
    } as const;
    await expect(fitTiny(options)).rejects.toMatchObject({
      code: 'TRAINING_DATA_INSUFFICIENT',
      message: expect.stringContaining('and there are none'),
    });
    const silent = { ...data.set.recordings[0]!, rows: 0, silent: 30 };
    await expect(fitTiny({ ...options, abnormal: [silent] })).rejects.toMatchObject({
      code: 'TRAINING_DATA_INSUFFICIENT',
      message: expect.stringContaining('All 1 abnormal recordings are digital silence'),
    });
  });

  it('refuses a parent of another width or of other segments, and one recording', async () => {
    const { architecture: _, ...rest } = TINY_FIT;
    await expect(
      fitMachine(data.set, data.source, { ...rest, width: 'paper', parent: fitted }),
    ).rejects.toMatchObject({
      code: 'MODEL_INVALID',
      message: expect.stringContaining("can't go on from it with paper"),
    });
    const segment = { ...TINY_SEGMENTER.options, step: 5 };
    await expect(fitTiny({ segment, parent: fitted })).rejects.toMatchObject({
      code: 'MODEL_INVALID',
      message: expect.stringContaining('takes other segments'),
    });
    const single = { ...data.set, recordings: data.set.recordings.slice(0, 1) };
    await expect(fitMachine(single, data.source, TINY_FIT)).rejects.toMatchObject({
      code: 'TRAINING_DATA_INSUFFICIENT',
    });
  });
});

describe('a model of a machine', () => {
  it('is the same when it is read again', async () => {
    const again = await MachineModel.open(openArtefact(fitted.artefact.files));
    const segments = TINY_SEGMENTER.compute(machineHum(3000, 50));
    const source = memorySource(segments, [32, 8]);
    expect(await again.score(source)).toEqual(await fitted.model.score(source));
    again.dispose();
  });

  it('refuses a card of another method, and a network of another shape than its segments', async () => {
    const { files: checksums, version: _, format: __, ...card } = fitted.artefact.card;
    const networks = new Map(
      Object.keys(checksums).map(name => [name, fitted.artefact.files.get(name)!] as const),
    );
    const noise = sealArtefact({ ...card, method: 'noise' }, new Map(), networks);
    await expect(MachineModel.open(noise)).rejects.toMatchObject({ code: 'MODEL_INVALID' });
    const segment = { ...TINY_SEGMENTER.options, width: 16 };
    const details = { ...fitted.model.details, segment };
    const wide = sealArtefact({ ...card, details }, new Map(), networks);
    await expect(MachineModel.open(wide)).rejects.toMatchObject({
      code: 'MODEL_INVALID',
      message: expect.stringContaining('cuts segments of 32 x 16, its network takes 32 x 8'),
    });
    const broken = sealArtefact({ ...card, details: { ...details, thresholds: [] } }, new Map(), networks);
    await expect(MachineModel.open(broken)).rejects.toMatchObject({
      message: expect.stringContaining('details.thresholds'),
    });
  });

  it('hears a normal recording as normal, and a clack in it', async () => {
    const samples = machineHum(288 + 192 * 40, 60);
    const normal = await scored(samples);
    expect(normal).toHaveLength(41);
    const abnormal = (segments: typeof normal) =>
      segments.filter(({ verdict }) => verdict.state === 'abnormal').length;
    expect(abnormal(normal)).toBeLessThan(4);
    // Two segments share sound, and a clack is heard by who has it.
    for (let i = 4000; i < 4040; i++) samples[i]! += i % 2 === 0 ? 0.9 : -0.7;
    const clacked = await scored(samples);
    expect(abnormal(clacked)).toBeGreaterThan(abnormal(normal));
    const worst = clacked.reduce((a, b) => (a.segment.residual > b.segment.residual ? a : b));
    expect(worst.segment.startUs).toBeLessThanOrEqual((4040 / 16_300) * 1e6);
    expect(worst.segment.endUs).toBeGreaterThanOrEqual((4000 / 16_300) * 1e6);
    const alarms = clacked.flatMap(({ verdict }) => verdict.alarms);
    expect(alarms.some(({ kind }) => kind === 'opened')).toBe(true);
    expect(alarms.filter(({ kind }) => kind === 'closed')).toHaveLength(
      alarms.filter(({ kind }) => kind === 'opened').length,
    );
  });

  it('gives each segment its time, and calls silence off', async () => {
    const samples = machineHum(288 + 192 * 5, 61);
    samples.fill(0, 192, 192 + 288);
    const segments = await scored(samples);
    expect(segments.map(({ segment }) => segment.startUs)).toEqual(
      [0, 192, 384, 576, 768, 960].map(sample => Math.round((sample * 1e6) / 16_300)),
    );
    expect(segments[1]!.verdict.state).toBe('off');
    expect(segments[1]!.segment.levelDb).toBeNull();
    expect(segments[4]!.verdict.state).not.toBe('off');
  });
});
