import { Random } from '../random.js';
import { Bearing } from './bearing.js';
import { clackSounds } from './clacks.js';
import { machineCycles } from './machine-cycle.js';
import type { MachineSpec, PlacedSound, RecorderSetting } from './machine-spec.js';

/** A machine's sound: what each cycle brings, and its faults. The same for the same spec and seed. */
export class MachineSound {
  readonly #placed: readonly PlacedSounds[];
  readonly #bearing: Bearing | null;

  constructor(spec: MachineSpec, setting: RecorderSetting, seed: number) {
    // Each part has random numbers of its own: a machine with a fault moves as it would without.
    const random = new Random(seed);
    const [cycles, clacks, bearing] = [random.uint32(), random.uint32(), random.uint32()];
    this.#placed = [
      new PlacedSounds(machineCycles(spec, setting, cycles)),
      ...(spec.clacks ? [new PlacedSounds(clackSounds(spec.clacks, setting, clacks))] : []),
    ];
    this.#bearing = spec.wear ? new Bearing(spec.wear, setting, bearing) : null;
  }

  /** Adds it to the next samples. Chunks must follow each other from the first sample on. */
  add(out: Float32Array, firstSample: number): void {
    for (const sounds of this.#placed) sounds.add(out, firstSample);
    this.#bearing?.add(out, firstSample);
  }
}

/** Adds sounds to a stream, chunk by chunk; they may overlap. */
class PlacedSounds {
  readonly #sounds: Generator<PlacedSound, void>;
  #playing: PlacedSound[] = [];
  #next: PlacedSound | undefined;

  /** @param sounds in order of their starts */
  constructor(sounds: Generator<PlacedSound, void>) {
    this.#sounds = sounds;
    this.#advance();
  }

  add(out: Float32Array, firstSample: number): void {
    const end = firstSample + out.length;
    while (this.#next && this.#next.firstSample < end) {
      this.#playing.push(this.#next);
      this.#advance();
    }
    for (const { firstSample: start, samples } of this.#playing) {
      const to = Math.min(end, start + samples.length);
      for (let at = Math.max(start, firstSample); at < to; at++)
        out[at - firstSample]! += samples[at - start]!;
    }
    this.#playing = this.#playing.filter(({ firstSample: start, samples }) => start + samples.length > end);
  }

  #advance(): void {
    const { value, done } = this.#sounds.next();
    this.#next = done ? undefined : value;
  }
}
