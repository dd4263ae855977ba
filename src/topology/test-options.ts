import { z } from 'zod';
import { integer, number, options, text } from './options.js';
import { sensorOverrides } from './sensor-options.js';

const duration = number(0.001, 3600).describe('How long it lasts.');

const segment = z.discriminatedUnion('type', [
  options({ type: z.literal('silence').describe('Digital silence: zeros.'), duration_secs: duration }),
  options({
    type: z.literal('tone').describe('A sine.'),
    duration_secs: duration,
    frequency_hz: number(1, 96_000).default(1000).describe('Its frequency, below half the sample rate.'),
    level_dbfs: number(-150, 0).describe('Its level; 0 is a sine at full scale.'),
  }),
  options({
    type: z.literal('noise').describe('White noise, evenly distributed.'),
    duration_secs: duration,
    level_dbfs: number(-150, -2).describe('Its level; 0 would be the level of a sine at full scale.'),
    seed: integer(0, 2 ** 32 - 1)
      .default(1)
      .describe('Of the random numbers.'),
  }),
]);

const input = z.discriminatedUnion('type', [
  options({
    type: z.literal('files').describe('Sound files, one after the other, as one recording.'),
    paths: z
      .array(z.string().min(1))
      .min(1)
      .describe('WAV, FLAC or Ogg Vorbis files, relative to the test file.'),
  }),
  options({
    type: z.literal('synthetic').describe('Sound that is computed, so that a test needs no files.'),
    sample_rate_hz: integer(8000, 192_000).default(22_050).describe('Samples in a second.'),
    segments: z.array(segment).min(1).describe('What is heard, one after the other.'),
  }),
]);

const bounds = options({
  min: number(-300, 300).default(-300).describe('The lowest level allowed.'),
  max: number(-300, 300).default(300).describe('The highest level allowed.'),
});

const event = options({
  start_secs: number(0, 86_400).describe(
    'When the sound begins, from the beginning of the input; the pre-roll is not counted.',
  ),
  duration_secs: number(0, 86_400)
    .optional()
    .describe('How long the sound lasts; pre-roll and post-roll are not counted.'),
  tolerance_secs: number(0, 60).optional().describe("How far off both may be. Absent: the file's."),
  laeq_db: bounds.optional().describe('Bounds of the A-weighted energy mean.'),
  lafmax_db: bounds.optional().describe('Bounds of the highest A-weighted Fast level.'),
  lcpeak_db: bounds.optional().describe('Bounds of the C-weighted peak.'),
  closed_by: z
    .enum(['release', 'max_duration', 'checkpoint', 'joined', 'end_of_stream', 'gap', 'idle'])
    .optional()
    .describe('What ended it.'),
});

const testCase = options({
  name: z.string().min(1).describe('What is tested, in a sentence.'),
  sensor: text(/^\S(?:.{0,198}\S)?$/u, 'a sensor id of up to 200 characters')
    .default('mic-test')
    .describe('The sensor that hears the input.'),
  settings: sensorOverrides
    .optional()
    .describe('Settings of the sensor in this test, over those of the topology.'),
  input: input.describe('What the sensor hears.'),
  events: z
    .array(event)
    .describe('Every event that the topology must find, and no others. An empty list: none.'),
});

/** A file of tests for a topology. */
export const topologyTestsOptions = options({
  topology: z.string().min(1).describe('The topology, relative to this file.'),
  tolerance_secs: number(0, 60)
    .default(0.15)
    .describe('How far off the start and the duration of an event may be.'),
  tests: z.array(testCase).min(1).describe('The tests; each runs on its own.'),
});

export type TopologyTests = z.output<typeof topologyTestsOptions>;
export type TopologyTest = TopologyTests['tests'][number];
export type SyntheticInput = Extract<TopologyTest['input'], { type: 'synthetic' }>;
export type ExpectedEvent = TopologyTest['events'][number];
