import { describe, expect, it } from 'vitest';
import { adjustedRandScore } from '../cluster/adjusted-rand-score.js';
import { openArtefact } from './artefact.js';
import { fitMixtureNoise } from './fit-mixture-noise.js';
import type { FitProgress } from './fit-noise-options.js';
import { MixtureNoiseModel } from './mixture-noise-model.js';
import { MIXTURE_KINDS } from './noise-kind.js';
import { batchOf, makeEvents, mixedEvents, mixedSources, START_US, trainingSet } from './testing/events.js';

const events = mixedEvents([40, 30, 20]);
const set = await trainingSet(events);
const sources = mixedSources([40, 30, 20]);

describe.each(MIXTURE_KINDS)('fitMixtureNoise with %s', kind => {
  it('finds how many sources there are and which event is of which', async () => {
    const { model, artefact } = await fitMixtureNoise(set, { kind, sequence: 1, maxGroups: 6 });
    expect(model.groups).toEqual([0, 1, 2]);
    const groups = model.assign(batchOf(events)).map(({ group, runnersUp }) => group ?? runnersUp[0]!.group);
    expect(adjustedRandScore(groups, sources)).toBe(1);
    expect(artefact.card.indices).toMatchObject({ activeGroups: 3, stability: 1 });
    expect(model.details.candidates.map(({ k }) => k)).toEqual([2, 3, 4, 5, 6]);
    // The largest group is group 0.
    expect(model.details.groups.map(({ rows }) => rows)).toEqual([40, 30, 20]);
  });

  it('gives the same bytes for the same events, in whatever order they came, and other bytes for another seed', async () => {
    const options = { kind, groups: 3, sequence: 1 } as const;
    const first = await fitMixtureNoise(set, options);
    const again = await fitMixtureNoise(await trainingSet([...events].reverse()), options);
    expect(again.artefact.files).toEqual(first.artefact.files);
    expect(again.artefact.card.version).toBe(first.artefact.card.version);
    const other = await fitMixtureNoise(set, { ...options, seed: 1 });
    expect(other.artefact.card.version).not.toBe(first.artefact.card.version);
  });

  it('gives an event the same bits in whatever batch it is, and after it was stored', async () => {
    const { model, artefact } = await fitMixtureNoise(set, { kind, groups: 3, sequence: 1 });
    const stored = MixtureNoiseModel.open(openArtefact(artefact.files));
    const together = model.assign(batchOf(events));
    events.forEach((event, i) => {
      expect(stored.assign(batchOf([event]))[0]).toEqual(together[i]);
    });
    const reversed = stored.assign(batchOf([...events].reverse()));
    expect(reversed.reverse()).toEqual(together);
  });

  it('calls about as many new events novel as the quantile says, and a new source always', async () => {
    const many = await trainingSet(mixedEvents([200, 150, 100], 5));
    const { model } = await fitMixtureNoise(many, { kind, groups: 3, sequence: 1, noveltyQuantile: 0.05 });
    const fresh = model.assign(batchOf(mixedEvents([200, 150, 100], 6)));
    const novel = fresh.filter(each => each.novel).length / fresh.length;
    expect(novel).toBeGreaterThan(0.01);
    expect(novel).toBeLessThan(0.12);
    for (const each of model.assign(batchOf(makeEvents([3, 3, 3], 7)))) {
      expect(each).toMatchObject({ novel: true, group: null });
      expect(model.groups).toContain(each.runnersUp[0]!.group);
    }
  });

  it('keeps group ids when it is fitted again to other events of the same sources', async () => {
    const first = await fitMixtureNoise(set, { kind, groups: 3, sequence: 1 });
    const probe = batchOf(makeEvents([0, 1, 2], 50));
    const before = first.model.assign(probe).map(({ group }) => group);
    // By size alone the order would turn round.
    const later = await trainingSet(mixedEvents([20, 30, 40], 8));
    const second = await fitMixtureNoise(later, { kind, groups: 3, sequence: 2, parent: first.model });
    expect(second.model.assign(probe).map(({ group }) => group)).toEqual(before);
    expect(second.artefact.card.parent).toBe(first.model.version);
    // A source that is new gets an id that no group ever had, also when another has gone.
    const changed = await trainingSet(mixedEvents([0, 30, 30, 30], 9));
    const third = await fitMixtureNoise(changed, { kind, groups: 3, sequence: 3, parent: second.model });
    const ids = third.model.assign(batchOf(makeEvents([1, 2, 3], 51))).map(({ group }) => group);
    expect(ids).toEqual([before[1], before[2], 3]);
    expect(third.model.details.nextGroupId).toBe(4);
  });
});

describe('fitMixtureNoise', () => {
  it('keeps group ids when the whole plant has drifted, so that everything is novel', async () => {
    const first = await fitMixtureNoise(set, { kind: 'gmm', groups: 3, sequence: 1 });
    const louder = (list: typeof events) =>
      list.map(event => ({ ...event, logMel: event.logMel.map(level => level + 25) }));
    const drifted = louder(mixedEvents([20, 30, 40], 8));
    const novel = first.model.assign(batchOf(drifted)).filter(answer => answer.novel);
    expect(novel.length).toBeGreaterThan(45);
    const second = await fitMixtureNoise(await trainingSet(drifted), {
      kind: 'gmm',
      groups: 3,
      sequence: 2,
      parent: first.model,
    });
    const probe = makeEvents([0, 1, 2], 50);
    expect(second.model.assign(batchOf(louder(probe))).map(({ group }) => group)).toEqual(
      first.model.assign(batchOf(probe)).map(({ group }) => group),
    );
  });

  it('says what it is doing, and waits for whoever listens', async () => {
    const steps: FitProgress[] = [];
    let waiting = false;
    await fitMixtureNoise(set, {
      kind: 'gmm',
      maxGroups: 3,
      sequence: 1,
      onProgress: async progress => {
        expect(waiting).toBe(false);
        waiting = true;
        await new Promise(setImmediate);
        waiting = false;
        steps.push(progress);
      },
    });
    expect(steps.map(({ phase }) => phase)).toEqual(['groups', 'groups', 'fit', 'validation', 'indices']);
    expect(steps.map(({ done }) => done)).toEqual([0, 1, 2, 3, 4]);
    expect(steps[0]!.total).toBe(5);
  });

  it('keeps what the card promises: times, parameters, seed', async () => {
    const { artefact } = await fitMixtureNoise(set, { kind: 'gmm', groups: 3, sequence: 7, seed: 11 });
    expect(artefact.card).toMatchObject({
      method: 'noise',
      kind: 'gmm',
      sequence: 7,
      seed: 11,
      parent: null,
      data: { rows: 90, fromUs: START_US, toUs: START_US + 89 * 10_000_000 },
      parameters: { groups: 3 },
    });
    expect(artefact.card.version).toMatch(/^v0007-[0-9a-f]{12}$/);
  });

  it('refuses too few events', async () => {
    const few = await trainingSet(events.slice(0, 19));
    await expect(fitMixtureNoise(few, { kind: 'gmm', sequence: 1 })).rejects.toMatchObject({
      code: 'TRAINING_DATA_INSUFFICIENT',
      message: 'There are 19 events to train on, 20 are needed.',
    });
    await expect(fitMixtureNoise(set, { kind: 'kmeans', groups: 46, sequence: 1 })).rejects.toMatchObject({
      code: 'TRAINING_DATA_INSUFFICIENT',
    });
  });

  it('refuses a fit that puts everything into one group', async () => {
    const [event] = events;
    const copies = Array.from({ length: 30 }, (_, i) => ({ ...event!, eventId: `copy-${i}` }));
    for (const kind of MIXTURE_KINDS)
      await expect(
        fitMixtureNoise(await trainingSet(copies), { kind, groups: 3, sequence: 1 }),
      ).rejects.toMatchObject({
        code: 'MODEL_COLLAPSED',
      });
    // One outlier is a group, but not a result.
    const outlier = [...makeEvents(new Array(40).fill(0), 3), ...makeEvents([2], 4)];
    await expect(
      fitMixtureNoise(await trainingSet(outlier), { kind: 'kmeans', groups: 2, sequence: 1 }),
    ).rejects.toMatchObject({ code: 'MODEL_COLLAPSED' });
  });

  it('makes one group when asked for one', async () => {
    const { model } = await fitMixtureNoise(set, { kind: 'gmm', groups: 1, sequence: 1 });
    expect(model.groups).toEqual([0]);
    expect(model.assign(batchOf(events.slice(0, 1)))[0]!.runnersUp).toEqual([]);
  });

  it.each([{ groups: 0 }, { groups: 2.5 }, { folds: 1 }, { noveltyQuantile: 2 }, { maxShare: Number.NaN }])(
    'refuses %j',
    async options => {
      await expect(fitMixtureNoise(set, { kind: 'gmm', sequence: 1, ...options })).rejects.toMatchObject({
        code: 'PARAMETER_INVALID',
      });
    },
  );
});
