/**
 * TensorFlow.js, the one place from which the project imports it: `import * as tf from '../nn/tf.js'`.
 *
 * Importing this opens no backend: `openBackend()` does. An operation before that throws instead of running, a hundred
 * times slower and without a word, in plain JavaScript.
 */

// The union package adds the chained forms (`x.sub(y).square()`) to tensors. It also offers a plain backend of itself.
import '@tensorflow/tfjs';
import { removeBackend } from '@tensorflow/tfjs-core';

export * from '@tensorflow/tfjs-core';
export {
  Callback,
  CallbackList,
  CustomCallback,
  constraints,
  EarlyStopping,
  type History,
  InputSpec,
  initializers,
  input,
  LayersModel,
  LayerVariable,
  type Logs,
  layers,
  loadLayersModel,
  type ModelCompileArgs,
  type ModelFitArgs,
  metrics,
  model,
  models,
  RNN,
  regularizers,
  Sequential,
  type Shape,
  SymbolicTensor,
  sequential,
} from '@tensorflow/tfjs-layers';

removeBackend('cpu');
