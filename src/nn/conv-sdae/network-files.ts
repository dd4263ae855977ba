import { PlantsenseError } from '../../errors.js';
import * as tf from '../tf.js';

/** Files of a model by name. */
export type ModelFiles = ReadonlyMap<string, Uint8Array>;

/**
 * A network in the layers format of TensorFlow.js: `NAME.model.json`, which `tf.loadLayersModel` reads, and its weights
 * beside it. The same weights give the same bytes.
 */
export async function networkFiles(name: string, network: tf.LayersModel): Promise<Map<string, Uint8Array>> {
  const files = new Map<string, Uint8Array>();
  const handler = tf.io.withSaveHandler(async artifacts => {
    const { modelTopology, weightSpecs = [], weightData, format, generatedBy, convertedBy } = artifacts;
    const weightsManifest = [{ paths: [`${name}.weights.bin`], weights: weightSpecs }];
    const json = { format, generatedBy, convertedBy, modelTopology, weightsManifest };
    files.set(`${name}.model.json`, Buffer.from(`${JSON.stringify(json)}\n`));
    files.set(`${name}.weights.bin`, new Uint8Array(tf.io.CompositeArrayBuffer.join(weightData)));
    return { modelArtifactsInfo: tf.io.getModelArtifactsInfoForJSON(artifacts) };
  });
  await network.save(handler);
  return files;
}

/** @throws PlantsenseError MODEL_INVALID when a file is missing or not of the layers format */
export async function loadNetwork(name: string, files: ModelFiles): Promise<tf.LayersModel> {
  const json = parseJson(files, `${name}.model.json`) as tf.io.ModelJSON;
  try {
    const weightSpecs = json.weightsManifest.flatMap(({ weights }) => weights);
    const weights = Uint8Array.from(modelFile(files, `${name}.weights.bin`));
    const { modelTopology, format } = json;
    return await tf.loadLayersModel(
      tf.io.fromMemory({ modelTopology, weightSpecs, weightData: weights.buffer, ...(format && { format }) }),
    );
  } catch (cause) {
    if (cause instanceof PlantsenseError) throw cause;
    throw new PlantsenseError('MODEL_INVALID', `The network ${name} can't be read: ${String(cause)}`, {
      cause,
    });
  }
}

/** @throws PlantsenseError MODEL_INVALID when there is no file of that name */
export function modelFile(files: ModelFiles, name: string): Uint8Array {
  const bytes = files.get(name);
  if (!bytes) throw new PlantsenseError('MODEL_INVALID', `The model lacks the file ${name}.`);
  return bytes;
}

/** @throws PlantsenseError MODEL_INVALID */
export function parseJson(files: ModelFiles, name: string): unknown {
  try {
    return JSON.parse(Buffer.from(modelFile(files, name)).toString('utf8'));
  } catch (cause) {
    if (cause instanceof PlantsenseError) throw cause;
    throw new PlantsenseError('MODEL_INVALID', `${name} is not JSON.`, { cause });
  }
}
