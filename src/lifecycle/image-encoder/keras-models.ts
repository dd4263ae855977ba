import { efficientNetB7 } from '../../vision/encoders/efficientnet-b7.js';
import { inceptionV3 } from '../../vision/encoders/inception-v3.js';
import type { LayerGraph } from '../../vision/encoders/layer-graph.js';
import type { Preprocessing } from '../../vision/encoders/preprocessing.js';
import { resnet50 } from '../../vision/encoders/resnet50.js';
import { vgg16 } from '../../vision/encoders/vgg16.js';
import type { KerasEncoderName } from './encoder-options.js';

/** A weight file on Keras's host. */
export interface PublishedFile {
  readonly url: string;
  readonly md5: string;
}

/** What Keras applications say of a model. */
export interface KerasModel {
  readonly sizePx: number;
  readonly preprocess: Preprocessing;
  /** Its features by default. */
  readonly layer: string;
  /** Pictures that go through it at once: what memory and the processor's caches allow. */
  readonly batchSize: number;
  /** ImageNet weights: without the classifier, and with it. */
  readonly published: { readonly noTop: PublishedFile; readonly top: PublishedFile };
  /** @param isPublished whether the weights are the published ones */
  graph(isPublished: boolean): LayerGraph;
}

const HOST = 'https://storage.googleapis.com';
const APPLICATIONS = `${HOST}/tensorflow/keras-applications`;

/** The files `NAME.h5` and `NAME_notop.h5`. */
function published(
  path: string,
  md5: { readonly noTop: string; readonly top: string },
): KerasModel['published'] {
  return {
    noTop: { url: `${path}_notop.h5`, md5: md5.noTop },
    top: { url: `${path}.h5`, md5: md5.top },
  };
}

/** Source: keras/src/applications of Keras 3. */
export const KERAS_MODELS: Readonly<Record<KerasEncoderName, KerasModel>> = {
  vgg16: {
    sizePx: 224,
    preprocess: 'caffe',
    layer: 'block5_pool',
    batchSize: 4,
    published: published(`${APPLICATIONS}/vgg16/vgg16_weights_tf_dim_ordering_tf_kernels`, {
      noTop: '6d6bbae143d832006294945121d1f1fc',
      top: '64373286793e3c8b2b4e3219cbf3544b',
    }),
    graph: () => vgg16(224),
  },
  resnet50: {
    sizePx: 224,
    preprocess: 'caffe',
    layer: 'avg_pool',
    batchSize: 4,
    published: published(`${APPLICATIONS}/resnet/resnet50_weights_tf_dim_ordering_tf_kernels`, {
      noTop: '4d473c1dd8becc155b73f8504c6f6626',
      top: '2cb95161c43110f7111970584f804107',
    }),
    graph: () => resnet50(224),
  },
  inceptionv3: {
    sizePx: 299,
    preprocess: 'tf',
    layer: 'avg_pool',
    batchSize: 4,
    published: published(`${APPLICATIONS}/inception_v3/inception_v3_weights_tf_dim_ordering_tf_kernels`, {
      noTop: 'bcbd6486424b2319ff4ef7d526e38f63',
      top: '9a0d58056eeedaa3f26cb7ebd46da564',
    }),
    graph: () => inceptionV3(299),
  },
  efficientnetb7: {
    sizePx: 600,
    preprocess: 'none',
    layer: 'avg_pool',
    batchSize: 2,
    published: published(`${HOST}/keras-applications/efficientnetb7`, {
      noTop: 'cbcfe4450ddf6f3ad90b1b398090fe4a',
      top: '8c03f828fec3ef71311cd463b6759d99',
    }),
    graph: isPublished => efficientNetB7(600, { isPublished }),
  },
};
