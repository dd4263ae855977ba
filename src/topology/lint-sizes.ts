import { SEGMENT_DEFAULTS } from '../audio/segments.js';
import type { LintContext } from './lint-context.js';

/** What a dead letter adds to the original message: reason, place, headers. */
const DEAD_LETTER_OVERHEAD_BYTES = 16_384;
/** What a record adds to its tensor. */
const RECORD_OVERHEAD_BYTES = 4096;
/** A commit's metadata takes 4,096 bytes of base64; a held sensor needs about nine. */
const SENSORS_PER_PARTITION = 300;
/** A machine needs about thirty, and some eighty more while it has an alarm. */
const MACHINES_PER_PARTITION = 80;

/** Whether messages fit where they go. */
export function lintSizes(context: LintContext): void {
  const { topics } = context.topology;
  for (const stage of context.graph.stages.values()) {
    const letters = stage.writes.find(edge => edge.kinds.includes('dead-letter'));
    const room = letters && topics.get(letters.topic)?.maxMessageBytes;
    if (!letters || room === undefined) continue;
    for (const { topic, option } of stage.reads) {
      // What a stage follows beside its input makes no dead letters.
      if (option[0] === 'models') continue;
      const needed = (topics.get(topic)?.maxMessageBytes ?? 0) + DEAD_LETTER_OVERHEAD_BYTES;
      if (room >= needed) continue;
      context.report(
        'dead-letter-too-small',
        ['topics', letters.topic, 'max_message_bytes'],
        `\`${letters.topic}\` takes ${room} bytes; a dead letter of \`${topic}\` may have ${needed}.`,
        `Use \`max_message_bytes: ${needed}\` or more.`,
      );
    }
  }
  lintTensors(context);
  lintSegments(context);
  lintCredit(context);
  lintSensorCount(context);
}

function lintTensors(context: LintContext): void {
  for (const [name, stage] of context.stages('noise_events')) {
    const { features } = stage.outputs;
    const room = context.topology.topics.get(features)?.maxMessageBytes;
    const { nMels, hop, sampleRateHz, durationSecs } = stage.logMel;
    // Frames are centred: the first at the first sample.
    const frames = 1 + Math.floor(Math.round(durationSecs * sampleRateHz) / hop);
    const needed = nMels * frames * Float32Array.BYTES_PER_ELEMENT + RECORD_OVERHEAD_BYTES;
    if (room === undefined || room >= needed) continue;
    context.report(
      'features-too-large',
      ['stages', name, 'log_mel'],
      `A tensor of ${nMels} × ${frames} needs ${needed} bytes; \`${features}\` takes ${room}.`,
      `Raise its \`max_message_bytes\`, or shorten the tensor.`,
    );
  }
}

function lintSegments(context: LintContext): void {
  for (const [name, stage] of context.stages('machine_residual')) {
    const { features } = stage.outputs;
    const room = features === null ? undefined : context.topology.topics.get(features)?.maxMessageBytes;
    const bins = SEGMENT_DEFAULTS.nFft / 2;
    const needed = bins * SEGMENT_DEFAULTS.width * Float32Array.BYTES_PER_ELEMENT + RECORD_OVERHEAD_BYTES;
    if (room === undefined || room >= needed) continue;
    context.report(
      'features-too-large',
      ['stages', name, 'outputs', 'features'],
      `A segment of ${bins} × ${SEGMENT_DEFAULTS.width} needs ${needed} bytes; \`${features}\` takes ${room}.`,
      `Raise its \`max_message_bytes\`.`,
    );
  }
}

function lintCredit(context: LintContext): void {
  const { creditBytes } = context.topology.runtime;
  const read = new Set(
    [...context.graph.stages.values()].flatMap(stage => stage.reads.map(({ topic }) => topic)),
  );
  for (const topic of read) {
    const largest = context.topology.topics.get(topic)?.maxMessageBytes ?? 0;
    if (largest <= creditBytes) continue;
    context.report(
      'credit-below-message',
      ['runtime', 'credit_bytes'],
      `The credit of ${creditBytes} bytes is less than one message of \`${topic}\`, which may have ${largest}.`,
    );
  }
}

function lintSensorCount(context: LintContext): void {
  const { byId } = context.topology.sensors;
  const machines = context.machines().filter(id => id !== null).length;
  const lint = (input: string, count: number, what: string, most: number) => {
    const partitions = context.topology.topics.get(input)?.partitions ?? count;
    if (count <= partitions * most) return;
    context.report(
      'sensors-per-partition',
      ['topics', input, 'partitions'],
      `${count} ${what} share ${partitions} partitions of \`${input}\`.`,
      `Use \`partitions: ${Math.ceil(count / most)}\` or more, before the first chunk is sent.`,
    );
  };
  for (const [, { input }] of context.stages('noise_events'))
    lint(input, byId.size, 'sensors', SENSORS_PER_PARTITION);
  for (const [, { input }] of context.stages('machine_residual'))
    lint(input, machines, 'machines', MACHINES_PER_PARTITION);
}
