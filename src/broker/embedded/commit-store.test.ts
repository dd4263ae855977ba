import { describe, expect, it } from 'vitest';
import { CommitStore } from './commit-store.js';
import { logOptions, scratchDirectories } from './testing/scratch.js';

describe('CommitStore', () => {
  const scratch = scratchDirectories();
  const at = (partition: number) => ({ topic: 't', partition });
  const commit = (offset: number) => ({ offset, metadata: `m${offset}` });

  it('knows the last commits after the process died', async () => {
    const directory = await scratch();
    const store = await CommitStore.open(directory, logOptions());
    for (let i = 0; i < 100; i++) await store.save('g', 't', 'one', [[i % 3, commit(i)]]);
    await store.saveGeneration('g', 7);
    await store.close(true);

    const again = await CommitStore.open(directory, logOptions());
    expect([0, 1, 2, 3].map(p => again.get('g', at(p), 'one')?.offset)).toEqual([99, 97, 98, undefined]);
    expect(again.generation('g')).toBe(7);
    expect(again.generation('other')).toBe(0);
    await again.close(true);
  });

  it('does not give commits of another incarnation or group', async () => {
    const store = await CommitStore.open(await scratch(), logOptions());
    await store.save('g', 't', 'one', [[0, commit(5)]]);
    expect(store.get('g', at(0), 'two')).toBeNull();
    expect(store.get('h', at(0), 'one')).toBeNull();
    await store.close(true);
  });

  it('forgets a topic, in every group', async () => {
    const directory = await scratch();
    const store = await CommitStore.open(directory, logOptions());
    for (const group of ['g', 'h']) {
      await store.save(group, 't', 'one', [[0, commit(1)], [1, commit(2)]]); // biome-ignore format: short
      await store.save(group, 'u', 'one', [[0, commit(3)]]);
    }
    await store.forget('t');
    await store.close(true);
    const again = await CommitStore.open(directory, logOptions());
    for (const group of ['g', 'h']) {
      expect(again.get(group, at(0), 'one')).toBeNull();
      expect(again.get(group, { topic: 'u', partition: 0 }, 'one')).toEqual(commit(3));
    }
    await again.close(true);
  });

  it('has saved every earlier commit when a generation is saved', async () => {
    const store = await CommitStore.open(await scratch(), logOptions());
    const commits = Array.from({ length: 50 }, (_, i) => store.save('g', 't', 'one', [[i, commit(i)]]));
    await store.saveGeneration('g', 1);
    expect(Array.from({ length: 50 }, (_, i) => store.get('g', at(i), 'one')?.offset)).toEqual(
      Array.from({ length: 50 }, (_, i) => i),
    );
    await Promise.all(commits);
    await store.close(true);
  });

  it('stays small', async () => {
    const directory = await scratch();
    const store = await CommitStore.open(directory, logOptions());
    const metadata = 'x'.repeat(4_000);
    for (let i = 0; i < 3_000; i++) await store.save('g', 't', 'one', [[i % 2, { offset: i, metadata }]]);
    await store.upkeep();
    const { log } = store as unknown as { log: { sizeBytes: number } };
    expect(log.sizeBytes).toBeLessThan(4_300_000);
    await store.close(true);
    const again = await CommitStore.open(directory, logOptions());
    expect([0, 1].map(p => again.get('g', at(p), 'one')?.offset)).toEqual([2_998, 2_999]);
    await again.close(true);
  });
});
