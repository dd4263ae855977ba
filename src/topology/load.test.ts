import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadTopology } from './load.js';

const SHIPPED = fileURLToPath(new URL('../../topologies/noise-clustering.yaml', import.meta.url));

describe('loadTopology', () => {
  let dir: string;
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'topology-'));
  });
  afterEach(() => rm(dir, { recursive: true }));

  it('loads the shipped topology with its variables', async () => {
    const { topology, warnings } = await loadTopology(SHIPPED, { PLANTSENSE_DATA_DIR: '/data' });
    expect(topology.dataDir).toBe('/data');
    expect(warnings).toEqual([]);
  });

  it('says that a file is not there', async () => {
    await expect(loadTopology(join(dir, 'no.yaml'), {})).rejects.toMatchObject({ code: 'FILE_NOT_FOUND' });
  });

  it('puts every problem with its place into the error', async () => {
    const path = join(dir, 'bad.yaml');
    await writeFile(path, 'name: x\ntopics: {}\nstage: {}\n');
    const error = await loadTopology(path, {}).catch(thrown => thrown);
    expect(error.code).toBe('TOPOLOGY_INVALID');
    expect(error.message).toContain(`${path} has 2 errors:\n${path}:1:1: error: \`stages\` is missing`);
    expect(error.message).toContain(`${path}:3:1: error: There is no option \`stage\``);
  });
});
