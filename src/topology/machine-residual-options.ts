import { z } from 'zod';
import { CREEPING_DEFAULTS, type DetectorOptions, SUDDEN_DEFAULTS } from '../anomaly/detector-options.js';
import { SEGMENT_DEFAULTS, type SegmentOptions } from '../audio/segments.js';
import type { MachineResidualOptions } from '../stages/machine-residual.js';
import { deadLetter, integer, number, options, topicName, withDefaults } from './options.js';

const DETECTOR = {
  raise_ratio: number(1, 100).describe(
    'How far above its threshold a mean must be to count towards an alarm: 1.5 is half above it.',
  ),
  hold_segments: integer(1, 10_000).describe('So many means in a row must be above that.'),
  hold_secs: number(0, 86_400).describe('Their segments must span so many seconds besides.'),
  release_ratio: number(0, 1).describe(
    'An alarm begins to close when the mean is below its threshold times this.',
  ),
  release_secs: number(0, 86_400).describe('It closes when no mean has reached that for so many seconds.'),
  stale_secs: number(0, 86_400).describe(
    'It closes too when there has been no mean for so many seconds: the machine is off, or not heard.',
  ),
};

function detector({ raiseRatio, holdSegments, holdSecs, ...rest }: Omit<DetectorOptions, 'alpha'>) {
  return withDefaults(DETECTOR, {
    ...{ raise_ratio: raiseRatio, hold_segments: holdSegments, hold_secs: holdSecs },
    ...{ release_ratio: rest.releaseRatio, release_secs: rest.releaseSecs, stale_secs: rest.staleSecs },
  });
}

const sudden = options(detector(SUDDEN_DEFAULTS)).prefault({});

const creeping = options({
  segments: integer(2, 1000)
    .default(CREEPING_DEFAULTS.n)
    .describe(
      'Segments of a mean. Models must have a threshold for as many (`model.creeping_segments` of the stage that learns them), else no mean is ever abnormal.',
    ),
  ...detector(CREEPING_DEFAULTS),
}).prefault({});

export const machineResidual = options({
  type: z
    .literal('machine_residual')
    .describe(
      'Sound of machines in, of the sensors that have `machine` set: what a network that knows their normal sound can not reconstruct of it, segment by segment, and alarms.',
    ),
  input: topicName.describe('Topic of audio chunks.'),
  models: topicName.describe(
    'Topic that announces models: of each machine, and one for all, which serves those that have none.',
  ),
  outputs: options({
    scores: topicName.describe('Residual, means and verdict of each segment.'),
    alarms: topicName.describe('An alarm when it begins, with its evidence, and when it ends.'),
    features: topicName
      .nullable()
      .default(null)
      .describe(
        'The spectrogram of each segment, to learn from: 131 kB, six times its sound. `null`: they are not published.',
      ),
    dead_letter: deadLetter,
  }).describe('Topics that it writes.'),
  segment: options({
    hop: integer(1, SEGMENT_DEFAULTS.nFft)
      .default(SEGMENT_DEFAULTS.nFft - SEGMENT_DEFAULTS.overlap)
      .describe('Samples from one window of 2,048 to the next, at 16,300 Hz.'),
    step: integer(1, 10_000)
      .default(SEGMENT_DEFAULTS.step)
      .describe('Columns from one segment of 32 to the next. Models must be of the same hop and step.'),
  })
    .prefault({})
    .describe('How sound is cut into segments.'),
  sudden: sudden.describe('When single segments raise an alarm.'),
  creeping: creeping.describe(
    'When means of many segments raise an alarm: ageing, which no single one shows.',
  ),
  when_no_model: z
    .enum(['wait', 'unscored'])
    .default('unscored')
    .describe(
      'Before there is a model for a machine: wait for one, or let its segments pass without a score, so that a stage can learn from them.',
    ),
  idle_secs: integer(1, 86_400)
    .default(600)
    .describe(
      "When its partition's event time has moved on this far without a machine, its alarms are closed and its log is let go.",
    ),
  clock_jump_secs: number(0.01, 3600)
    .default(0.5)
    .describe("A difference between a chunk's time and its sample count beyond this is a gap."),
  batch_size: integer(1, 1024).default(32).describe('Chunks whose segments are scored together.'),
  linger_ms: number(0, 60_000).default(50).describe('How long an incomplete batch waits for more.'),
});

/** The options of a stage as it takes them. */
export function machineResidualOf({
  sudden,
  creeping: { segments: n, ...creeping },
  segment,
  ...rest
}: z.output<typeof machineResidual>): MachineResidualOptions {
  return {
    ...rest,
    segment: segmentOf(segment),
    detectors: [
      { ...SUDDEN_DEFAULTS, ...sudden },
      { ...CREEPING_DEFAULTS, n, ...creeping },
    ],
  };
}

/** The options of segments as a segmenter takes them. */
export function segmentOf({ hop, step }: z.output<typeof machineResidual>['segment']): SegmentOptions {
  return { ...SEGMENT_DEFAULTS, overlap: SEGMENT_DEFAULTS.nFft - hop, step };
}
