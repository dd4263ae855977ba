import { readFileSync } from 'node:fs';
import { parseDocument } from 'yaml';
import { lint } from '../lint.js';

/** The topology of noise clustering as it is shipped. */
export const SHIPPED = readFileSync(
  new URL('../../../topologies/noise-clustering.yaml', import.meta.url),
  'utf8',
);

export type Change = readonly [path: string, value: unknown];

/** The shipped topology with some values changed; `undefined` deletes. Paths are separated by slashes. */
export function changed(...changes: readonly Change[]): string {
  const document = parseDocument(SHIPPED);
  for (const [path, value] of changes) {
    if (value === undefined) document.deleteIn(path.split('/'));
    else document.setIn(path.split('/'), document.createNode(value));
  }
  return document.toString();
}

/** Rule and place of each problem. */
export const found = (text: string, env = {}) =>
  lint(text, env).problems.map(({ rule, path }) => `${rule} ${path}`);

/** A stage of machines, beside those of noise. */
export const MACHINES = {
  type: 'machine_residual',
  input: 'audio.raw',
  models: 'models',
  outputs: { scores: 'machine.scores', alarms: 'alarms', dead_letter: 'audio.raw.dead-letter' },
};
export const WITH_MACHINES: readonly Change[] = [
  ['topics/machine.scores', { partitions: 4 }],
  ['stages/machines', MACHINES],
];
/** The same with a stage that learns them. */
export const LEARNT: readonly Change[] = [
  ...WITH_MACHINES,
  ['stages/machines/models', 'machine.models'],
  ['topics/machine.models', { cleanup: 'compact' }],
  ['stages/machines/outputs', { ...MACHINES.outputs, features: 'features.machine' }],
  ['topics/features.machine', { partitions: 4, max_message_bytes: 1_048_576 }],
  [
    'stages/learn-machines',
    {
      ...{ type: 'machine_learn', input: 'features.machine', scores: 'machine.scores' },
      outputs: { models: 'machine.models' },
    },
  ],
];

/** A camera's stages, beside those of noise. */
const LOOK = {
  type: 'image_features',
  input: 'image.raw',
  outputs: { features: 'features.image', dead_letter: 'image.raw.dead-letter' },
};
export const WITH_CAMERAS: readonly Change[] = [
  ['topics/image.raw', { partitions: 4, max_message_bytes: 1_048_576 }],
  ['topics/features.image', { partitions: 4 }],
  ['topics/image.raw.dead-letter', { partitions: 4, max_message_bytes: 1_114_112 }],
  ['topics/image.assignments', { partitions: 4 }],
  ['stages/look', LOOK],
  [
    'stages/group',
    {
      ...{ type: 'image_assign', input: 'features.image', models: 'models' },
      outputs: { assignments: 'image.assignments', dead_letter: 'features.noise.dead-letter' },
    },
  ],
];
