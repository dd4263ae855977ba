import { nativeBackend } from '../backend/native-backend.js';
import * as tf from '../tf.js';

/**
 * Rectified linear unit: max(x, 0). Its gradient is one operation of TensorFlow; TensorFlow.js's own multiplies with a
 * step function of the input, which costs two more passes. A gradient of its gradient is not defined.
 *
 * @param x float32, any shape
 */
export function relu<T extends tf.Tensor>(x: T): T {
  const native = nativeBackend();
  if (native === null) return tf.relu(x);
  const type = [{ name: 'T', type: native.binding.TF_ATTR_TYPE, value: native.binding.TF_FLOAT }];
  const rectify = tf.customGrad((...args) => {
    const [input, save] = args as unknown as [tf.Tensor, tf.GradSaveFunc];
    const y = tf.relu(input);
    // Where y is positive x is: to save y lets x go.
    save([y]);
    return {
      value: y,
      gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) =>
        native.executeSingleOutput('ReluGrad', type, [dy, saved[0]!]),
    };
  });
  return rectify(x) as T;
}
