import { type PolyphaseFilter, polyphaseFilter } from './polyphase.js';
import { type Engine, engine as sharedEngine } from './wasm/engine.js';

/** Input samples that are worked on at once: bounds the memory, whatever the length of a chunk. */
const BLOCK = 32_768;
/** Filters in memory for the ratios used last. */
const CACHED_FILTERS = 16;

/**
 * Changes the sampling rate of a stream by a windowed-sinc polyphase filter: linear phase and no delay (output i is the
 * input at time i / toHz), 120 dB of attenuation, flat up to 0.913 of half the lower rate. The outputs are the same bits
 * however the stream is cut into chunks.
 *
 * @example
 * const resampler = new Resampler(48_000, 22_050);
 * for (const chunk of chunks) use(resampler.push(chunk));
 * use(resampler.flush());
 */
export class Resampler {
  readonly #filter: PolyphaseFilter;
  readonly #workspace: Workspace;
  /** Inputs that outputs to come still need, from the first tap of the next output on. */
  #history: Float32Array;
  #historyLength = 0;
  /** The next output's place between two inputs, in parts of `up`. */
  #phase = 0;

  /** @throws PlantsenseError PARAMETER_INVALID when a rate isn't above 0, or one is more than 64 times the other */
  constructor(fromHz: number, toHz: number, engine: Engine = sharedEngine) {
    this.#filter = cachedFilter(fromHz, toHz);
    this.#workspace = engine === sharedEngine ? sharedWorkspace : new Workspace(engine);
    this.#history = new Float32Array(this.#filter.taps);
    this.#reset();
  }

  /** The next samples of the stream; gives the outputs that they complete. */
  push(samples: Float32Array): Float32Array {
    if (this.#isIdentity) return samples.slice();
    const out = new Float32Array(this.#outputs(this.#historyLength + samples.length));
    let at = 0;
    for (let start = 0; start < samples.length; start += BLOCK)
      at += this.#run(samples.subarray(start, start + BLOCK), out, at);
    return out;
  }

  /**
   * Ends the stream, as if zeros followed: gives the last outputs, so that n inputs have made ceil(n · toHz / fromHz)
   * outputs. The resampler is then as new.
   */
  flush(): Float32Array {
    const tail = this.push(new Float32Array(this.#isIdentity ? 0 : this.#filter.taps / 2));
    this.#reset();
    return tail;
  }

  /**
   * Begins in the middle of a stream: output number `first` comes next, and the next input is the one that
   * {@link resamplerInputs} begins with. The outputs are the same bits as those of a resampler that has run from the start.
   */
  seek(first: number): void {
    const { up, down } = this.#filter;
    this.#historyLength = 0;
    // Whole periods leave the phase as it is, and their product may be too large to be exact.
    this.#phase = ((first % up) * down) % up;
  }

  get #isIdentity(): boolean {
    return this.#filter.up === this.#filter.down;
  }

  #reset(): void {
    // Before the stream there are zeros, as many as the filter looks back.
    this.#historyLength = this.#filter.taps / 2 - 1;
    this.#history.fill(0);
    this.#phase = 0;
  }

  /** How many outputs `available` inputs, history included, are enough for. */
  #outputs(available: number): number {
    const { up, down, taps } = this.#filter;
    const room = available - taps + 1;
    return room <= 0 ? 0 : Math.ceil((room * up - this.#phase) / down);
  }

  #run(samples: Float32Array, out: Float32Array, at: number): number {
    const { up, down, taps } = this.#filter;
    const available = this.#historyLength + samples.length;
    const count = this.#outputs(available);
    this.#workspace.join(this.#history.subarray(0, this.#historyLength), samples);
    if (count > 0) out.set(this.#workspace.filter(this.#filter, this.#phase, count), at);

    const progress = this.#phase + count * down;
    this.#phase = progress % up;
    const consumed = Math.floor(progress / up);
    this.#historyLength = available - consumed;
    if (this.#history.length < this.#historyLength)
      this.#history = new Float32Array(this.#historyLength + taps);
    this.#history.set(this.#workspace.input(consumed, available));
    return count;
  }
}

/**
 * The inputs `[from, to)` that outputs `[first, first + count)` of a stream depend on, counted from its first ones; `from` is
 * negative where the filter looks back to before the stream.
 */
export function resamplerInputs(
  fromHz: number,
  toHz: number,
  first: number,
  count: number,
): { readonly from: number; readonly to: number } {
  const { up, down, taps } = cachedFilter(fromHz, toHz);
  if (up === down) return { from: first, to: first + count };
  const inputAt = (output: number) =>
    Math.floor(output / up) * down + Math.floor(((output % up) * down) / up);
  return { from: inputAt(first) - taps / 2 + 1, to: inputAt(first + count - 1) + taps / 2 + 1 };
}

/**
 * A whole recording at another sampling rate.
 *
 * @returns ceil(n · toHz / fromHz) samples, as `librosa.resample`
 * @throws PlantsenseError PARAMETER_INVALID
 */
export function resample(samples: Float32Array, fromHz: number, toHz: number): Float32Array {
  if (fromHz === toHz) return samples;
  const resampler = new Resampler(fromHz, toHz);
  const body = resampler.push(samples);
  const tail = resampler.flush();
  const out = new Float32Array(body.length + tail.length);
  out.set(body);
  out.set(tail, body.length);
  return out;
}

const filters = new Map<string, PolyphaseFilter>();

function cachedFilter(fromHz: number, toHz: number): PolyphaseFilter {
  const key = `${fromHz}:${toHz}`;
  const filter = filters.get(key) ?? polyphaseFilter(fromHz, toHz);
  filters.delete(key);
  filters.set(key, filter);
  if (filters.size > CACHED_FILTERS) filters.delete(filters.keys().next().value as string);
  return filter;
}

/** The kernels' memory, shared by all streams: a call runs to its end. */
class Workspace {
  readonly #engine: Engine;
  #bankOf: PolyphaseFilter | undefined;

  constructor(engine: Engine) {
    this.#engine = engine;
  }

  /** Puts one after the other as the input; a view that lasts to the next call. */
  join(history: Float32Array, samples: Float32Array): void {
    const length = history.length + samples.length;
    const input = this.#engine.floats(this.#engine.scratch('resample-input', 4 * length), length);
    input.set(history);
    input.set(samples, history.length);
  }

  /** A part of the input. */
  input(start: number, end: number): Float32Array {
    return this.#engine.floats(this.#engine.scratch('resample-input', 0) + 4 * start, end - start);
  }

  /** `count` outputs; a view that lasts to the next call. */
  filter(filter: PolyphaseFilter, phase: number, count: number): Float32Array {
    const { up, down, taps, rows, bank } = filter;
    const { kernels, scratch, floats } = this.#engine;
    const bankAt = scratch('resample-bank', 4 * bank.length);
    const inputAt = scratch('resample-input', 0);
    const outputAt = scratch('resample-output', 4 * count);
    if (this.#bankOf !== filter) floats(bankAt, bank.length).set(bank);
    this.#bankOf = filter;
    const step = Math.floor(down / up);
    const turn = down % up;
    if (rows === up) kernels.polyphase(inputAt, bankAt, taps, outputAt, count, phase, turn, step, up);
    else kernels.polyphaseBetween(inputAt, bankAt, taps, outputAt, count, phase, turn, step, up, rows);
    return floats(outputAt, count);
  }
}

const sharedWorkspace = new Workspace(sharedEngine);
