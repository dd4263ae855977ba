import type { MicrophoneSpec } from '../simulated-microphone.js';
import type { SoundSource } from '../sound-source.js';

/** A small microphone for the tests of this room. */

export const RATE_HZ = 8000;

/** Two seconds of a tone. */
export function toneSource(name: string, frequencyHz: number): SoundSource {
  const samples = Float32Array.from({ length: 2 * RATE_HZ }, (_, i) =>
    Math.sin((2 * Math.PI * frequencyHz * i) / RATE_HZ),
  );
  return { name, recordings: [{ samples, gain: 0.25 }] };
}

export const PRESS = toneSource('press', 440);
export const SAW = toneSource('saw', 1230);

export const MICROPHONE: MicrophoneSpec = {
  sensor: 'test-bay',
  sampleRateHz: RATE_HZ,
  calibrationDbSpl: 120,
  chunkSecs: 0.5,
  background: { humHz: 50, humDb: 60, fanHz: 87, fanDb: 62, noiseCornerHz: 300, noiseDb: 65 },
  heard: [
    { source: PRESS, fromSecs: 0 },
    { source: SAW, fromSecs: 0 },
  ],
  rhythm: { soundSecs: [0.5, 1], pauseSecs: [0.5, 1.5] },
  faults: [],
};

/** The first `count` values. */
export function take<T>(values: Iterator<T>, count: number): T[] {
  const taken: T[] = [];
  for (let i = 0; i < count; i++) {
    const { value, done } = values.next();
    if (done) break;
    taken.push(value);
  }
  return taken;
}
