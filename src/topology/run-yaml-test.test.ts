import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { encodeWav } from '../audio/wav.js';
import { runYamlTests } from './run-yaml-test.js';

const SHIPPED = fileURLToPath(new URL('../../topologies/', import.meta.url));
const directory = mkdtempSync(join(tmpdir(), 'plantsense-yaml-'));
afterAll(() => rmSync(directory, { recursive: true }));

/** Runs one test on the shipped topology. */
async function run(test: object, topology = join(SHIPPED, 'noise-clustering.yaml')) {
  const path = join(directory, 'tests.yaml');
  writeFileSync(path, stringify({ topology, tests: [{ name: 'a test', ...test }] }));
  return collect(path);
}

async function collect(path: string) {
  const results = [];
  for await (const result of runYamlTests(path, {})) results.push(result);
  return results;
}

function wav(name: string, sampleRateHz: number, secs: number, amplitude: number): string {
  const samples = Float32Array.from({ length: secs * sampleRateHz }, (_, i) =>
    Math.fround(amplitude * Math.sin((2 * Math.PI * 1000 * i) / sampleRateHz)),
  );
  writeFileSync(join(directory, name), encodeWav(samples, sampleRateHz));
  return name;
}

const TONE = { type: 'tone', duration_secs: 2, level_dbfs: -10 };
const SILENCE = { type: 'silence', duration_secs: 2 };

describe('tests in YAML', () => {
  it('that we ship pass', async () => {
    const results = await collect(join(SHIPPED, 'tests/noise-clustering.test.yaml'));
    expect(results.length).toBeGreaterThan(3);
    expect(results.filter(({ ok }) => !ok)).toEqual([]);
  });

  it('say what is not as expected', async () => {
    const input = { type: 'synthetic', segments: [SILENCE, TONE, SILENCE] };
    expect(await run({ input, events: [{ start_secs: 2, duration_secs: 1 }] })).toEqual([
      {
        name: 'a test',
        ok: false,
        failures: [expect.stringMatching(/^The event at 2 s lasts 2\.\d+ s, not 1 s/)],
      },
    ]);
    expect((await run({ input, events: [] }))[0]).toMatchObject({
      failures: [expect.stringContaining('not expected')],
    });
  });

  it('take sound files, one after the other as one recording', async () => {
    const paths = [wav('a.wav', 16_000, 2, 0), wav('b.wav', 16_000, 1, 0.5), wav('c.wav', 16_000, 2, 0)];
    const [result] = await run({ input: { type: 'files', paths }, events: [{ start_secs: 2 }] });
    expect(result).toEqual({ name: 'a test', ok: true, failures: [] });
  });

  it('refuse files of different rates: no recorder changes its rate in one recording', async () => {
    const paths = [wav('a.wav', 16_000, 1, 0), wav('d.wav', 8000, 1, 0)];
    const running = run({ input: { type: 'files', paths }, events: [] });
    await expect(running).rejects.toMatchObject({ code: 'PARAMETER_INVALID' });
  });

  it('name the line of what is wrong in them', async () => {
    const running = run({ input: { type: 'synthetic', segments: [{ ...TONE, level_dbfs: 3 }] }, events: [] });
    await expect(running).rejects.toThrow(/tests\.yaml:\d+:\d+: error: .*`level_dbfs`/);
  });
});
