import * as tf from '../tf.js';

/** A variable of zeros beside each, not to be trained. */
export function zeroSlots(variables: readonly tf.Variable[]): tf.Variable[] {
  return variables.map(variable => tf.tidy(() => tf.variable(tf.zerosLike(variable), false)));
}

/** Values of variables, as copies. */
export function readVariables(variables: readonly tf.Variable[]): Float32Array[] {
  return variables.map(variable => Float32Array.from(variable.dataSync()));
}

/** Sets variables to values of {@link readVariables}. */
export function writeVariables(variables: readonly tf.Variable[], values: readonly Float32Array[]): void {
  variables.forEach((variable, i) => {
    tf.tidy(() => variable.assign(tf.tensor(Float32Array.from(values[i]!), variable.shape)));
  });
}
