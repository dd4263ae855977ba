import { createRequire } from 'node:module';
import util from 'node:util';
import * as tf from '../tf.js';
import type { AddonPaths } from './set-up/addon.js';

/** An attribute of one of TensorFlow's operations. */
export interface OpAttribute {
  readonly name: string;
  readonly type: number;
  readonly value: number | boolean | string;
}

/** The part of the addon that we use: type codes, and the version. */
export interface Addon {
  readonly TF_FLOAT: number;
  readonly TF_ATTR_TYPE: number;
  readonly TF_ATTR_FLOAT: number;
  readonly TF_ATTR_BOOL: number;
  readonly TF_ATTR_STRING: number;
  readonly TF_Version: string;
}

/** The backend of `@tensorflow/tfjs-node`, the part that we use: it can run any operation of TensorFlow by name. */
export interface NativeBackend extends tf.KernelBackend {
  readonly binding: Addon;
  readonly isUsingGpuDevice: boolean;
  executeSingleOutput(name: string, attributes: OpAttribute[], inputs: tf.TensorInfo[]): tf.Tensor;
  executeMultipleOutputs(
    name: string,
    attributes: OpAttribute[],
    inputs: tf.TensorInfo[],
    outputs: number,
  ): tf.Tensor[];
  /** @returns the graph's number, for the others */
  loadSavedModelMetaGraph(directory: string, tags: string): number;
  runSavedModel(
    graph: number,
    inputs: tf.Tensor[],
    inputNames: { readonly name: string }[],
    outputNames: string[],
  ): tf.Tensor[];
  deleteSavedModel(graph: number): void;
}

const NAME = 'tensorflow';
const require = createRequire(import.meta.url);

/**
 * Opens the native backend with an addon, in this thread.
 *
 * The package's own entry looks for an addon that its install script fetched. So its parts are taken one by one: the
 * class of the backend and the kernels.
 *
 * @throws Error when the addon can't be loaded
 */
export async function openNativeBackend(paths: AddonPaths): Promise<NativeBackend> {
  require(paths.quiet);
  const addon = require(paths.tensorflow) as Addon;
  restoreUtil();
  const { NodeJSKernelBackend } = require('@tensorflow/tfjs-node/dist/nodejs_kernel_backend.js') as {
    NodeJSKernelBackend: new (addon: Addon, packageName: string) => NativeBackend;
  };
  require('@tensorflow/tfjs-node/dist/register_all_kernels.js');
  const backend = new NodeJSKernelBackend(addon, '@tensorflow/tfjs-node');
  tf.registerBackend(NAME, () => backend);
  if (!(await tf.setBackend(NAME))) throw new Error('TensorFlow refused to start');
  return backend;
}

/** The native backend, if that is the open one. */
export function nativeBackend(): NativeBackend | null {
  return tf.getBackend() === NAME ? (tf.backend() as NativeBackend) : null;
}

/** Node 23 took these away, and Node 22 warns of them; tfjs-node 4.22 calls them. */
function restoreUtil(): void {
  Object.assign(util, {
    isNullOrUndefined: (value: unknown) => value === null || value === undefined,
    isArray: Array.isArray,
  });
}
