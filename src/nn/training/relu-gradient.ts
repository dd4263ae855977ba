import { nativeBackend } from '../backend/native-backend.js';
import * as tf from '../tf.js';

let isUsed = false;

/**
 * Makes the layers' ReLU take its gradient from one operation of TensorFlow. TensorFlow.js's own multiplies with a step
 * function that is made of six: a training step of the Conv-SDAE takes a third less time without it. A gradient of the
 * gradient is not defined then. Other backends are left as they are.
 */
export function useNativeReluGradient(): void {
  const native = nativeBackend();
  if (native === null || isUsed) return;
  isUsed = true;
  const type = [{ name: 'T', type: native.binding.TF_ATTR_TYPE, value: native.binding.TF_FLOAT }];
  tf.registerGradient({
    kernelName: tf.Relu,
    // Where y is positive x is: to save y lets x go.
    outputsToSave: [true],
    gradFunc: (dy, saved) => ({
      x: () => native.executeSingleOutput('ReluGrad', type, [dy as tf.Tensor, saved[0]!]),
    }),
  });
}
