import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { DirectoryModelStore } from './directory-model-store.js';
import { loadModel } from './model-store.js';
import { mixedEvents, trainingSet } from './testing/events.js';
import { trainNoise } from './train-noise.js';

const directory = mkdtempSync(join(tmpdir(), 'plantsense-train-'));
afterAll(() => rmSync(directory, { recursive: true }));

const FIT = { kind: 'kmeans', groups: 3, seed: 1 } as const;
const NOW_US = 1_800_000_000_000_000;

describe('training', () => {
  it('keeps the model, uses the first for all events, and a later one from its time on with the same groups', async () => {
    const store = new DirectoryModelStore(directory);
    const set = await trainingSet(mixedEvents([30, 20, 10]));
    const first = await trainNoise(set, store, { fit: FIT, announcements: [], activeFromUs: NOW_US });
    expect(first.announcement).toMatchObject({
      state: 'promoted',
      activeFromUs: 0,
      parentVersion: null,
      groups: 3,
    });
    const { uri, cardSha256, version } = first.announcement;
    expect((await loadModel(store, uri, cardSha256)).card.version).toBe(version);

    // The sources have changed places by size: what matters is that each keeps its group.
    const later = await trainingSet(mixedEvents([10, 20, 30], 2));
    const second = await trainNoise(later, store, {
      fit: FIT,
      announcements: [first.announcement],
      activeFromUs: NOW_US,
    });
    expect(second.announcement).toMatchObject({ sequence: 2, activeFromUs: NOW_US, parentVersion: version });
    const rows = new Map(second.model.details.groups.map(group => [group.id, group.rows]));
    expect([rows.get(0), rows.get(1), rows.get(2)]).toEqual([10, 20, 30]);
  });
});
