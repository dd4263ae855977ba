import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { NativeBackend } from '../backend/native-backend.js';
import type * as tf from '../tf.js';
import type { GraphDef } from './graph-def.js';

const TAG = 'serve';

/**
 * A graph that TensorFlow runs as a whole. It puts operations together that TensorFlow.js has it run one by one, a
 * convolution with its bias and what follows for instance, and computes in place: a sixth to a half less time.
 */
export class NativeGraph {
  readonly #backend: NativeBackend;
  readonly #model: number;
  readonly #inputs: readonly { readonly name: string }[];
  readonly #output: string;

  /** @param inputs names of its placeholders, in the order in which runs are given them */
  constructor(backend: NativeBackend, graph: GraphDef, inputs: readonly string[], output: string) {
    this.#backend = backend;
    this.#inputs = inputs.map(name => ({ name: `${name}:0` }));
    this.#output = `${output}:0`;
    // The addon takes a graph only from a directory.
    const directory = mkdtempSync(join(tmpdir(), 'plantsense-graph-'));
    try {
      writeFileSync(join(directory, 'saved_model.pb'), graph.savedModel(TAG));
      this.#model = backend.loadSavedModelMetaGraph(directory, TAG);
    } finally {
      rmSync(directory, { recursive: true });
    }
  }

  run(inputs: readonly tf.Tensor[]): tf.Tensor {
    return this.#backend.runSavedModel(this.#model, [...inputs], [...this.#inputs], [this.#output])[0]!;
  }

  dispose(): void {
    this.#backend.deleteSavedModel(this.#model);
  }
}
