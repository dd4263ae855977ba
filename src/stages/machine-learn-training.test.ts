import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { TINY_SEGMENTER } from '../lifecycle/machine-model/testing/tiny-machine.js';
import { trainMachine } from './machine-learn-training.js';
import { Turns } from './machine-learn-turns.js';
import { LEARN } from './testing/machine-learning.js';
import { prepareMachines } from './testing/machine-topics.js';
import { scratchBrokers } from './testing/scratch-broker.js';

const scratchBroker = scratchBrokers();

it('collects its segments before it waits for its turn: retention deletes them meanwhile', async () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'plantsense-learn-'));
  const { context } = await prepareMachines(await scratchBroker(), dataDir);
  const { signal } = new AbortController();
  const turns = new Turns();
  let endOther: () => void = () => {};
  const other = turns.run(
    () =>
      new Promise<void>(resolve => {
        endOther = resolve;
      }),
    signal,
  );
  const task = {
    ...{ entity: 'press-7', announcements: [], parent: null, segment: TINY_SEGMENTER.options, turns },
    collect: () => Promise.reject(new Error('It has come to collecting.')),
  };
  await expect(trainMachine(task, LEARN, context, signal, () => {})).rejects.toThrow('come to collecting');
  endOther();
  await other;
  rmSync(dataDir, { recursive: true });
});
