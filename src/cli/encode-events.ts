import { setImmediate } from 'node:timers/promises';
import { PlantsenseError } from '../errors.js';
import { writeBytes } from '../files.js';
import { readModelDirectory } from '../lifecycle/model-directory.js';
import { type OpenNoiseModel, openNoiseModel } from '../lifecycle/open-noise-model.js';
import { NpySource } from '../nn/training/npy-source.js';
import type { RowSource } from '../nn/training/row-source.js';
import { encodeNpy } from '../npy.js';
import { EventTensor } from '../stages/event-tensor.js';
import { findRecordings } from '../stages/find-recordings.js';
import { recordingRows } from '../stages/recording-rows.js';
import { noiseTraining } from '../topology/noise-training.js';
import { checkOutput } from './check-output.js';
import type { Cli } from './cli.js';
import { readConnection } from './connection.js';
import { Progress } from './progress.js';

export interface EncodeEventsFlags {
  readonly model: string;
  readonly out: string;
  readonly json: boolean;
  readonly topology?: string;
}

/** Spectrograms in memory at a time: 5 MB of 128 x 323. */
const ROWS_AT_A_TIME = 32;

/**
 * Encodes events by a noise model.
 * @throws PlantsenseError as `openNoiseModel`, `openRows` and `checkOutput`; the reason of the signal
 */
export async function encodeEvents(
  cli: Cli,
  inputs: readonly string[],
  flags: EncodeEventsFlags,
): Promise<void> {
  const { out, json } = flags;
  const model = await openNoiseModel(await readModelDirectory(flags.model));
  try {
    const { source, files, close } = await openRows(cli, inputs, model, flags);
    await checkOutput(out, files ?? inputs).catch(async error => {
      await close();
      throw error;
    });
    const { data, cols } = await encodeRows(cli, source, model).finally(close);
    const shape = [source.rows, cols];
    await writeBytes(out, encodeNpy(data, shape));
    if (json)
      await cli.stdout.json({ out, shape, type: 'float32', model: model.version, kind: model.kind, files });
    else await cli.stdout.line(`${out}: float32 [${shape.join(', ')}] of ${model.version}, a ${model.kind}`);
  } finally {
    model.dispose();
  }
}

interface Rows {
  readonly source: RowSource;
  /** Of each row; null for an array. */
  readonly files: readonly string[] | null;
  readonly close: () => Promise<void>;
}

/** @throws PlantsenseError MATRIX_INVALID, MODEL_INVALID when the model takes other events; FILE_NOT_FOUND, NPY_INVALID */
async function openRows(
  cli: Cli,
  inputs: readonly string[],
  model: OpenNoiseModel,
  flags: EncodeEventsFlags,
): Promise<Rows> {
  if (inputs.some(input => input.endsWith('.npy'))) {
    if (inputs.length > 1)
      throw new PlantsenseError('USAGE_INVALID', 'It takes recordings or one .npy file, not both.');
    const source = await NpySource.open(inputs[0]!);
    return { source: await checked(source, model, inputs[0]!), files: null, close: () => source.close() };
  }
  const files = await findRecordings(inputs);
  return { source: recordingRows(files, await tensorOf(cli, model, flags)), files, close: async () => {} };
}

async function checked(source: NpySource, model: OpenNoiseModel, path: string): Promise<NpySource> {
  if (source.rows > 0 && source.shape.join() === [model.bands, model.frames].join()) return source;
  await source.close();
  throw new PlantsenseError(
    'MATRIX_INVALID',
    `${path} has the shape (${[source.rows, ...source.shape].join(', ')}); the model takes (n, ${model.bands}, ${model.frames}).`,
  );
}

/** Makes the spectrograms that the model was trained on. */
async function tensorOf(cli: Cli, { details, version }: OpenNoiseModel, flags: EncodeEventsFlags) {
  const { featureSet, featureOptions } = details;
  // A model of tensors that somebody else has made does not know how.
  const known = Object.keys(featureOptions).length > 0;
  if (!known && flags.topology === undefined)
    throw new PlantsenseError(
      'USAGE_INVALID',
      `The card of model ${version} has no options of spectrograms: name the topology that has them (--topology).`,
    );
  const options =
    flags.topology === undefined ? featureOptions : noiseTraining(await readConnection(cli, flags)).logMel;
  const tensor = new EventTensor(options);
  if (tensor.featureSet === featureSet) return tensor;
  throw new PlantsenseError(
    'MODEL_INVALID',
    `Model ${version} was fitted on features ${featureSet}; the options of ${flags.topology ?? 'its card'} give ${tensor.featureSet}.`,
  );
}

async function encodeRows(cli: Cli, source: RowSource, model: OpenNoiseModel) {
  const [bands, frames] = [model.bands, model.frames];
  const progress = new Progress(cli.stderr, 'encoding');
  let data = new Float32Array(0);
  let cols = 0;
  try {
    for (let row = 0; row < source.rows; row += ROWS_AT_A_TIME) {
      const rows = Math.min(ROWS_AT_A_TIME, source.rows - row);
      const batch = { data: new Float32Array(rows * bands * frames), rows, bands, frames };
      const indices = Int32Array.from({ length: rows }, (_, i) => row + i);
      await source.read(indices, batch.data);
      const encoded = await model.encode(batch);
      cols = encoded.cols;
      if (row === 0) data = new Float32Array(source.rows * cols);
      data.set(encoded.data, row * cols);
      progress.show(row + rows, source.rows);
      await setImmediate();
      cli.signal.throwIfAborted();
    }
  } finally {
    progress.end();
  }
  return { data, cols };
}
