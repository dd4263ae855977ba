import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { loadTopology } from './load.js';

const FOLDER = fileURLToPath(new URL('../../topologies/', import.meta.url));
const FILES = readdirSync(FOLDER).filter(name => name.endsWith('.yaml'));
/** What a file does on purpose. The demo shows in a minute what takes an hour elsewhere. */
const ON_PURPOSE: Readonly<Record<string, readonly string[]>> = { 'demo.yaml': ['few-events-for-network'] };

const load = (name: string) => loadTopology(join(FOLDER, name), {});

describe('the topologies that we ship', () => {
  it.each(FILES)('%s runs as it stands: no errors, and no warnings but on purpose', async name => {
    const { warnings } = await load(name);
    expect(warnings.map(({ rule }) => rule)).toEqual(ON_PURPOSE[name] ?? []);
  });

  it.each(FILES)('%s names the schema for editors in its first line', name => {
    const [first] = readFileSync(join(FOLDER, name), 'utf8').split('\n');
    expect(first).toBe('# yaml-language-server: $schema=../schemas/topology.schema.json');
  });

  it('have all methods in that of a plant', async () => {
    const { topology } = await load('plant.yaml');
    const types = [...topology.stages.values()].map(({ type }) => type);
    expect(types.toSorted()).toEqual([
      ...['image_assign', 'image_features', 'image_learn'],
      ...['machine_learn', 'machine_residual'],
      ...['noise_assign', 'noise_events', 'noise_learn'],
      'store',
    ]);
  });

  it('have the same stages in the demo as in a plant', async () => {
    const [plant, demo] = await Promise.all([load('plant.yaml'), load('demo.yaml')]);
    const types = ({ topology }: typeof plant) => [...topology.stages.values()].map(({ type }) => type);
    expect(types(demo).toSorted()).toEqual(types(plant).toSorted());
  });
});
