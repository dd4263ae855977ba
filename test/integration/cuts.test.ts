import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RunningTopology } from '../../src/topology/running.js';
import { recordsOf } from '../support/listening.js';
import { type Burst, chunksOf, recording, sendChunks } from '../support/recording.js';
import { dataDirectories, start, untilCaughtUp } from '../support/running.js';

const SAMPLE_RATE_HZ = 8_000;
const SECS = 12;
/** One short, one that crosses two grid points of 5 s, one that the end cuts. */
const BURSTS: readonly Burst[] = [
  { atSecs: 0.9, durationSecs: 0.4, amplitude: 0.3, frequencyHz: 440 },
  { atSecs: 3, durationSecs: 6, amplitude: 0.5, frequencyHz: 1_000 },
  { atSecs: 11.2, durationSecs: 1, amplitude: 0.2, frequencyHz: 2_000 },
];
const SOUND = recording(SECS, SAMPLE_RATE_HZ, BURSTS, 7);
const TOPICS = ['noise.levels', 'noise.events', 'features.noise'];

/** Each recording is heard by a microphone of its own; what it is called is no part of the answer. */
async function heard(topology: RunningTopology, sensor: string, cuts: readonly number[]): Promise<string[]> {
  const producer = await topology.broker.producer();
  await sendChunks(producer, 'audio.raw', chunksOf(sensor, SOUND, SAMPLE_RATE_HZ, cuts));
  await producer.close();
  await untilCaughtUp(topology);
  const answers: string[] = [];
  for (const topic of TOPICS) {
    for (const line of await recordsOf(topology.broker, topic)) {
      const { sensor: name, id: _id, eventId: _eventId, ...answer } = JSON.parse(line);
      if (name === sensor) answers.push(JSON.stringify(answer));
    }
  }
  return answers;
}

describe('a recording that is cut into chunks at random', () => {
  const directory = dataDirectories('file');
  let topology: RunningTopology;
  let whole: string[];

  beforeAll(async () => {
    topology = await start({ dataDir: await directory(), unknown: 'accept' }, { stages: ['listen'] });
    whole = await heard(topology, 'whole', [SOUND.length]);
  });
  afterAll(() => topology.stop());

  it('has levels and events at all', () => {
    expect(whole.filter(answer => answer.includes('"laeqDb"')).length).toBeGreaterThan(SECS);
    expect(whole.filter(answer => answer.includes('"tensor"')).length).toBe(BURSTS.length);
  });

  it('gives the same levels, events and tensors through the whole topology', async () => {
    let recordings = 0;
    const length = fc.oneof(fc.integer({ min: 1, max: 300 }), fc.integer({ min: 300, max: 20_000 }));
    await fc.assert(
      fc.asyncProperty(fc.array(length, { minLength: 1, maxLength: 12 }), async cuts => {
        // Not all of them tiny: half a million messages are another test.
        const total = cuts.reduce((sum, cut) => sum + cut, 0);
        fc.pre((SOUND.length / total) * cuts.length < 1000);
        expect(await heard(topology, `cut-${recordings++}`, cuts)).toEqual(whole);
      }),
      { numRuns: 12, seed: 20_260_101 },
    );
  });
});
