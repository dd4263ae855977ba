import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { editorSchema, inputSchema, type JsonSchema } from './json-schema.js';
import { topologyTestsOptions } from './test-options.js';
import { topologyOptions } from './topology.js';
import { renderTopologyPage, renderTopologyTestsPage } from './topology-page.js';

const INPUTS = inputSchema(topologyOptions);
const TEST_INPUTS = inputSchema(topologyTestsOptions);
const UNITS = /_(ms|secs|hours|days|hz|db|db_spl|dbfs|bytes|px)$/;
/** Numbers that count something, or have no unit; `hop` and `n_fft` count samples and keep librosa's names. */
const WITHOUT_UNIT = new Set([
  ...[
    'partitions',
    'replication_factor',
    'n_fft',
    'hop',
    'step',
    'n_mels',
    'ref',
    'workers',
    'batch_size',
    'groups',
  ],
  ...['max_pixels', 'rows', 'columns'],
  ...['depth', 'components', 'first_after_images', 'max_images', 'update_after_images', 'half_life_images'],
  ...['refit_after_images', 'relabel_after_labels', 'held_out_share'],
  ...['max_novel_share', 'max_silhouette_loss', 'min_kept_share'],
  ...[
    'min_groups',
    'max_groups',
    'latent_dim',
    'epochs',
    'pretrain_epochs',
    'learning_rate',
    'novel_quantile',
    'seed',
    'first_after_events',
    'flush_rows',
    'port',
    'min',
    'max',
  ],
  ...[
    'raise_ratio',
    'hold_segments',
    'segments',
    'creeping_segments',
    'block_segments',
    'release_ratio',
    'first_after_segments',
    'shared_after_segments',
    'max_segments',
    'reservoir_segments',
    'max_residual_ratio',
    'max_false_alarm_share',
    'steps',
    'quantile',
  ],
]);

/** Every option with the schemas of its forms. */
function optionsOf(schema: JsonSchema): readonly (readonly [string, JsonSchema])[] {
  const own = Object.entries(schema.properties ?? {});
  const inner = [
    schema.additionalProperties || [],
    schema.items ?? [],
    schema.oneOf ?? [],
    schema.anyOf ?? [],
  ].flat();
  return [...own, ...[...own.map(([, child]) => child), ...inner].flatMap(optionsOf)];
}

const isNumeric = ({ type, anyOf = [] }: JsonSchema): boolean =>
  type === 'number' || type === 'integer' || anyOf.some(isNumeric);

describe('the options of topologies and their tests', () => {
  const options = [...optionsOf(INPUTS), ...optionsOf(TEST_INPUTS)];

  it('carry their unit in their name', () => {
    for (const [name, schema] of options)
      expect([name, isNumeric(schema) && !WITHOUT_UNIT.has(name)]).toEqual([
        name,
        UNITS.test(name) && !schema.properties,
      ]);
  });

  it('are explained, each in sentences', () => {
    const groups = new Set(['by_id', 'defaults']);
    for (const [name, schema] of options) {
      const forms = schema.oneOf?.map(form => form.properties?.type?.description);
      for (const text of forms ?? [schema.description]) {
        expect([name, text]).toEqual([name, expect.stringMatching(groups.has(name) ? /./ : /^[A-Z`].*\.$/s)]);
      }
    }
  });

  it('have a range when they are numbers', () => {
    for (const [name, schema] of options) {
      for (const form of [schema, ...(schema.anyOf ?? [])]) {
        if (form.type !== 'number' && form.type !== 'integer') continue;
        expect([name, form.minimum, form.maximum]).toEqual([name, expect.any(Number), expect.any(Number)]);
      }
    }
  });

  it('agree with docs/reference (write it again with: npx vitest run src/topology -u)', async () => {
    await expect(renderTopologyPage()).toMatchFileSnapshot('../../docs/reference/topology.md');
    await expect(renderTopologyTestsPage()).toMatchFileSnapshot('../../docs/reference/topology-tests.md');
  });
});

describe('the schemas for editors', () => {
  const schema = editorSchema(INPUTS, 'Plantsense topology');
  const testSchema = editorSchema(TEST_INPUTS, 'Tests of a Plantsense topology');
  const read = (path: string) => readFileSync(new URL(`../../topologies/${path}`, import.meta.url), 'utf8');
  const text = read('noise-clustering.yaml');
  const testText = read('tests/noise-clustering.test.yaml');

  it('are what the code generates (write them again with: npx vitest run src/topology -u)', async () => {
    await expect(file(schema)).toMatchFileSnapshot('../../schemas/topology.schema.json');
    await expect(file(testSchema)).toMatchFileSnapshot('../../schemas/topology-test.schema.json');
  });

  it('are named in the first line of the files that we ship', () => {
    expect(text).toMatch(/^# yaml-language-server: \$schema=\.\.\/schemas\/topology\.schema\.json\n/);
    expect(testText).toMatch(
      /^# yaml-language-server: \$schema=\.\.\/\.\.\/schemas\/topology-test\.schema\.json\n/,
    );
  });

  it('accept the files that we ship as they stand, references to variables included', () => {
    expect(accepts(schema, parse(text))).toBe(true);
    const references = { http: { port: `\${PORT}` }, sensors: { unknown: `\${U:-accept}` } };
    expect(accepts(schema, { ...parse(text), ...references })).toBe(true);
    expect(accepts(testSchema, parse(testText))).toBe(true);
  });

  it('refuse what the parser refuses', () => {
    for (const bad of [
      { http: { prot: 1 } },
      { http: { port: 'x' } },
      { broker: { type: 'kafka' } },
      { name: 'X' },
    ])
      expect(accepts(schema, { ...parse(text), ...bad })).toBe(false);
    expect(accepts(testSchema, { ...parse(testText), tests: [] })).toBe(false);
  });

  function accepts(jsonSchema: JsonSchema, value: unknown): boolean {
    return z.fromJSONSchema(jsonSchema as never).safeParse(value).success;
  }

  function file(jsonSchema: JsonSchema): string {
    return `${JSON.stringify(jsonSchema, null, 2)}\n`;
  }
});
