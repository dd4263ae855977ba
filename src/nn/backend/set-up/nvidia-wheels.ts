import type { Wheel } from './wheel.js';

const PINS: readonly (readonly [name: string, version: string, bytes: number, sha256: string])[] = [
  ['cublas', '12.5.3.2', 363_313_169, 'ca070ad70e9fa6654084575d01bd001f30cc4665e33d4bb9fc8e0f321caa034b'],
  ['cuda-cupti', '12.5.82', 13_811_507, 'bde77a5feb66752ec61db2adfe47f56b941842825b4c7e2068aff27c9d107953'],
  ['cuda-nvrtc', '12.5.82', 24_873_108, '3dbd97b0104b4bfbc3c4f8c79cd2496307c89c43c29a9f83125f1d76296ff3fd'],
  ['cuda-runtime', '12.5.82', 895_707, '3e79a060e126df40fd3a068f3f787eb000fa51b251ec6cd97d09579632687115'],
  ['cudnn', '9.3.0.75', 577_163_502, '9ad9c6929ebb5295eb4a1728024666d1c88283373e265a0c5c883e6f9d5cd76d'],
  ['cufft', '11.2.3.61', 192_524_114, '9a6e8df162585750f61983a638104a48c756aa13f9f48e19ab079b38e3c828b8'],
  ['curand', '10.3.6.82', 56_309_107, '2823fb27de4e44dbb22394a6adf53aa6e1b013aca0f8c22867d1cfae58405536'],
  ['cusolver', '11.6.3.83', 130_341_232, '93cfafacde4428b71778eeb092ec615a02a3d05404da1bcf91c53e3fa1bce42b'],
  ['cusparse', '12.5.1.3', 217_558_979, '016df8e993c437e8301e62739f01775cba988fd5253cd4c64173f8e8d2f8e752'],
  ['nccl', '2.21.5', 188_654_414, '8579076d30a8c24988834445f8d633c697d42397e92ffc3f63fa26766d25e0a0'],
  ['nvjitlink', '12.5.82', 21_298_879, 'f9b37bc5c8cf7509665cb6ada5aaa0ce65618f2332b7d3e78e9790511f111212'],
];

/**
 * NVIDIA's CUDA 12.5 libraries and cuDNN 9.3 for Linux x64, in the versions that TensorFlow 2.18 names (its extra
 * `and-cuda`). Unpacked beside `tensorflow/`, where its library looks for them.
 */
export const NVIDIA_WHEELS: readonly Wheel[] = PINS.map(([name, version, bytes, sha256]) => ({
  project: `nvidia-${name}-cu12`,
  fileName: `nvidia_${name.replaceAll('-', '_')}_cu12-${version}-py3-none-manylinux2014_x86_64.whl`,
  bytes,
  sha256,
  wants: path => /^nvidia\/[^/]+\/lib\/[^/]+\.so[.\d]*$/.test(path) || /\.dist-info\/License/i.test(path),
}));
