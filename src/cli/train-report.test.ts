import { describe, expect, it } from 'vitest';
import { sealArtefact } from '../lifecycle/artefact.js';
import { Output } from './output.js';
import { Kept } from './testing/run-in-process.js';
import { printTrained } from './train-report.js';

/** What is printed of a network that so many held-out events tell what is novel. */
async function printed(heldOutEvents: number, provisional: boolean): Promise<string> {
  const groups = [
    { id: 0, rows: 40 },
    { id: 3, rows: 20 },
  ];
  const novelty = { quantile: 0.01, logLikelihood: -5, heldOutEvents, provisional };
  const artefact = sealArtefact(
    {
      ...{ method: 'noise', kind: 'vade', sequence: 1, parent: null, seed: 0, parameters: {} },
      data: { rows: 60, fromUs: 0, toUs: 0, seen: [] },
      indices: { silhouette: 0.5 },
      details: { groups, novelty },
    },
    new Map(),
  );
  const kept = new Kept();
  const output = new Output(kept);
  const cli = { stdout: output, stderr: output, env: {}, signal: new AbortController().signal, exitCode: 0 };
  await printTrained(cli, { artefact, announced: null, out: 'hall' }, false);
  return kept.text;
}

describe('what is said of a training', () => {
  it('are its groups, how good they are, and where the model lies', async () => {
    const text = await printed(500, false);
    expect(text).toMatch(/^v0001-\w+: vade, 2 groups of 60 events\n/);
    expect(text).toMatch(/\n +3 +20 +33\.3 %\n/);
    expect(text).toMatch(/\nsilhouette 0\.500\nWritten to hall\.\n$/);
  });

  it('is that the threshold of what is novel is provisional, of few', async () => {
    expect(await printed(12, true)).toContain(
      '\nWhat is novel is provisional: only 12 held-out events tell it.\n',
    );
    expect(await printed(500, false)).not.toContain('provisional');
  });
});
