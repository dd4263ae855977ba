import type { Path } from './json-schema.js';
import type { StageOptions } from './stage-options.js';

/** What the records of a topic are. */
export type RecordKind =
  | 'audio'
  | 'levels'
  | 'events'
  | 'features'
  | 'assignments'
  | 'segments'
  | 'scores'
  | 'images'
  | 'image-features'
  | 'image-assignments'
  | 'labels'
  | 'alarms'
  | 'models'
  | 'dead-letter';

/** A place where a stage meets a topic. */
export interface Port {
  readonly direction: 'reads' | 'writes';
  readonly topic: string;
  /** The kinds of record that it understands, or the one that it writes. */
  readonly kinds: readonly RecordKind[];
  /** The option that names the topic, from the stage: `['outputs', 'events']`. */
  readonly option: Path;
}

/**
 * What also comes from outside a topology: sound from microphones, pictures from cameras, models from `plantsense train`,
 * what people say.
 */
export const FROM_OUTSIDE: readonly RecordKind[] = ['audio', 'images', 'models', 'labels'];

const STORED: readonly RecordKind[] = [
  'levels',
  'events',
  'assignments',
  'scores',
  'image-assignments',
  'labels',
  'alarms',
  'models',
  'dead-letter',
];

/** Every topic that a stage reads or writes, in the order of its options. */
export function portsOf(stage: StageOptions): readonly Port[] {
  switch (stage.type) {
    case 'noise_events':
      return [
        reads(stage.input, ['audio'], ['input']),
        writes(stage.outputs.levels, 'levels', 'levels'),
        writes(stage.outputs.events, 'events', 'events'),
        writes(stage.outputs.features, 'features', 'features'),
        writes(stage.outputs.alarms, 'alarms', 'alarms'),
        deadLetters(stage.outputs),
      ];
    case 'noise_assign':
      return [
        reads(stage.input, ['features'], ['input']),
        reads(stage.models, ['models'], ['models']),
        writes(stage.outputs.assignments, 'assignments', 'assignments'),
        deadLetters(stage.outputs),
      ];
    case 'noise_learn':
      return [reads(stage.input, ['features'], ['input']), writes(stage.outputs.models, 'models', 'models')];
    case 'machine_residual':
      return [
        reads(stage.input, ['audio'], ['input']),
        reads(stage.models, ['models'], ['models']),
        writes(stage.outputs.scores, 'scores', 'scores'),
        writes(stage.outputs.alarms, 'alarms', 'alarms'),
        ...(stage.outputs.features === null ? [] : [writes(stage.outputs.features, 'segments', 'features')]),
        deadLetters(stage.outputs),
      ];
    case 'machine_learn':
      return [
        reads(stage.input, ['segments'], ['input']),
        reads(stage.scores, ['scores'], ['scores']),
        writes(stage.outputs.models, 'models', 'models'),
      ];
    case 'image_features':
      return [
        reads(stage.input, ['images'], ['input']),
        writes(stage.outputs.features, 'image-features', 'features'),
        deadLetters(stage.outputs),
      ];
    case 'image_assign':
      return [
        reads(stage.input, ['image-features'], ['input']),
        reads(stage.models, ['models'], ['models']),
        writes(stage.outputs.assignments, 'image-assignments', 'assignments'),
        deadLetters(stage.outputs),
      ];
    case 'image_learn':
      return [
        reads(stage.input, ['image-features'], ['input']),
        ...(stage.labels === null ? [] : [reads(stage.labels, ['labels'], ['labels'])]),
        writes(stage.outputs.models, 'models', 'models'),
      ];
    case 'store':
      return [
        ...stage.inputs.map((topic, i) => reads(topic, STORED, ['inputs', i])),
        deadLetters(stage.outputs),
      ];
  }
}

function reads(topic: string, kinds: readonly RecordKind[], option: Path): Port {
  return { direction: 'reads', topic, kinds, option };
}

function writes(topic: string, kind: RecordKind, output: string): Port {
  return { direction: 'writes', topic, kinds: [kind], option: ['outputs', output] };
}

function deadLetters({ deadLetter }: { readonly deadLetter: string }): Port {
  return writes(deadLetter, 'dead-letter', 'dead_letter');
}
