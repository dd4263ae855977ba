import { describe, expect, it } from 'vitest';
import type { OutgoingMessage, Producer } from '../broker/port.js';
import { codec } from '../records/codec.js';
import { sendSound } from './send-sound.js';
import { soundChunks } from './sound-chunks.js';

/** Remembers what is sent, and when by a clock that only moves when somebody waits. */
function studio() {
  let nowMs = 5000;
  const sends: { atMs: number; messages: readonly OutgoingMessage[] }[] = [];
  const producer: Producer = {
    send: async (_topic, messages) => {
      sends.push({ atMs: nowMs - 5000, messages });
    },
    close: async () => {},
  };
  const clock = {
    nowMs: () => nowMs,
    wait: async (ms: number) => {
      nowMs += Math.max(0, ms);
    },
  };
  const chunksSent = () =>
    sends.flatMap(({ messages }) => messages.map(({ value }) => codec('audio-chunk').decode(value!)));
  return { producer, clock, sends, chunksSent };
}

const chunksOf = (secs: number, endOfStream = true) =>
  soundChunks(
    { sampleRateHz: 8000, channels: 1, samples: new Float32Array(8000 * secs).fill(0.5) },
    { sensor: 'mic-1', streamId: 's', startTimeUs: 0, chunkMs: 500, calibrationDbSpl: 94, endOfStream },
  );

const options = { topic: 'audio.raw', signal: new AbortController().signal, onSent: () => {} };

describe('a recording on its way to a topic', () => {
  it('is sent chunk by chunk when each has been recorded, at the speed asked for', async () => {
    const { producer, clock, sends } = studio();
    await sendSound(producer, chunksOf(2), true, { ...options, clock, speed: 4 });
    expect(sends.map(({ atMs }) => atMs)).toEqual([125, 250, 375, 500]);
    expect(sends.every(({ messages }) => messages.length === 1 && messages[0]!.key === 'mic-1')).toBe(true);
  });

  it('is sent in few large batches without a pause when nobody asks for a speed', async () => {
    const { producer, clock, sends, chunksSent } = studio();
    await sendSound(producer, chunksOf(60), true, { ...options, clock, speed: Number.POSITIVE_INFINITY });
    expect(sends.length).toBeLessThan(4);
    expect(chunksSent()).toHaveLength(120);
    expect(clock.nowMs()).toBe(5000);
  });

  it.each([
    ['is ended where it stops', true, [false, false, true], [4000, 4000, 0]],
    ['stays open where it stops when it was to stay open', false, [false, false], [4000, 4000]],
  ])('%s', async (_name, endsStream, ends, counts) => {
    const { producer, clock, chunksSent } = studio();
    const controller = new AbortController();
    let sent = 0;
    await sendSound(producer, chunksOf(10, endsStream), endsStream, {
      ...options,
      clock,
      speed: 1,
      signal: controller.signal,
      onSent: () => {
        sent += 1;
        if (sent === 2) controller.abort();
      },
    });
    expect(chunksSent().map(({ endOfStream }) => endOfStream)).toEqual(ends);
    expect(chunksSent().map(({ samples }) => samples.length / 4)).toEqual(counts);
  });
});
