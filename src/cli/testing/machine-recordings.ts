import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { encodeWav } from '../../audio/wav.js';
import { Random } from '../../random.js';

/** A hum with a beat, in noise; `faulty` with a tone that the normal machine has not. */
export function machineHum(secs: number, sampleRateHz: number, seed: number, faulty = false): Float32Array {
  const random = new Random(seed);
  return Float32Array.from({ length: Math.round(secs * sampleRateHz) }, (_, i) => {
    const t = i / sampleRateHz;
    const beat = (t * 4) % 1 < 0.2 ? 0.2 * Math.sin(2 * Math.PI * 1200 * t) : 0;
    const fault = faulty ? 0.3 * Math.sin(2 * Math.PI * 5000 * t) : 0;
    return 0.2 * Math.sin(2 * Math.PI * 150 * t) + beat + fault + 0.02 * random.normal();
  });
}

/** Writes such recordings to a directory, `0.wav` and so on. */
export function writeMachine(
  directory: string,
  count: number,
  { secs = 3, sampleRateHz = 16_300, faulty = false, seed = 1 } = {},
): void {
  mkdirSync(directory, { recursive: true });
  for (let i = 0; i < count; i++) {
    const samples = machineHum(secs, sampleRateHz, seed + i, faulty);
    writeFileSync(join(directory, `${i}.wav`), encodeWav(samples, sampleRateHz));
  }
}
