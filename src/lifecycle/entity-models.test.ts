import { describe, expect, it } from 'vitest';
import type { ModelAnnouncement } from '../records/types.js';
import { EntityModels } from './entity-models.js';

const announcement = (entity: string, version: string, activeFromUs: number, more = {}) =>
  ({
    ...{ method: 'machine', entity, sequence: 1, version, state: 'promoted', activeFromUs },
    ...{ createdUs: 0, kind: 'residual', uri: version, cardSha256: '', parentVersion: null },
    ...{ groups: 0, seen: [], reason: '', ...more },
  }) as ModelAnnouncement;

describe('the models of machines', () => {
  const own = announcement('press-1', 'own', 100);
  const shared = announcement('', 'shared', 50);
  const noise = announcement('press-1', 'noise', 0, { method: 'noise' });
  const models = new EntityModels([own, shared, noise], 'machine');

  it('are a machine’s own, and the shared one until it has any', () => {
    expect(models.activeAt('press-1', 99)?.version).toBe('shared');
    expect(models.activeAt('press-1', 100)?.version).toBe('own');
    expect(models.activeAt('press-2', 1000)?.version).toBe('shared');
  });

  it('are none before the first, and none of other methods', () => {
    expect(models.activeAt('press-1', 49)).toBeNull();
  });

  it('are the shared one again when a machine’s own is retired', () => {
    const retired = announcement('press-1', 'own', 200, { state: 'retired', sequence: 2 });
    const rolledBack = new EntityModels([own, shared, retired], 'machine');
    expect(rolledBack.activeAt('press-1', 199)?.version).toBe('own');
    expect(rolledBack.activeAt('press-1', 200)?.version).toBe('shared');
  });
});
