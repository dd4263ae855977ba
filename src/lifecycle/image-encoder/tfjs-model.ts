import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { PlantsenseError } from '../../errors.js';
import { findLayer } from './find-layer.js';

/** Where a layer gets an input from: `[layer, call, output, ...]`. */
const inbound = z.tuple([z.string()]).rest(z.unknown());

const layerSchema = z.looseObject({
  name: z.string().optional(),
  config: z.looseObject({
    name: z.string().optional(),
    batch_input_shape: z.array(z.number().nullable()).optional(),
  }),
  inbound_nodes: z.array(z.array(inbound)).optional(),
});

const networkSchema = z.looseObject({
  class_name: z.string(),
  config: z.looseObject({ layers: z.array(layerSchema).min(1), output_layers: z.array(inbound).optional() }),
});

const weightSchema = z.looseObject({
  name: z.string(),
  shape: z.array(z.number()),
  dtype: z.string(),
  quantization: z.looseObject({ dtype: z.string() }).optional(),
});

const modelSchema = z.looseObject({
  modelTopology: z.union([z.looseObject({ model_config: networkSchema }), networkSchema]),
  weightsManifest: z.array(z.object({ paths: z.array(z.string()), weights: z.array(weightSchema) })),
});

export type Topology = z.infer<typeof networkSchema>;
export type TopologyLayer = z.infer<typeof layerSchema>;

/** A layers model of TensorFlow.js on disk. */
export interface TfjsModel {
  readonly path: string;
  readonly topology: Topology;
  readonly manifest: z.infer<typeof modelSchema>['weightsManifest'];
}

/**
 * Reads a `model.json`. Its weights are read later, those that are needed.
 * @param path of the file or its folder
 * @throws PlantsenseError FILE_NOT_FOUND, WEIGHTS_INVALID
 */
export async function readTfjsModel(path: string): Promise<TfjsModel> {
  const isFolder = (await stat(path).catch(() => null))?.isDirectory() ?? false;
  const file = isFolder ? join(path, 'model.json') : path;
  const text = await readFile(file, 'utf8').catch(() => {
    throw new PlantsenseError('FILE_NOT_FOUND', `There is no TensorFlow.js model at ${file}.`);
  });
  const json = parsed(text, file);
  if (isGraphModel(json))
    throw new PlantsenseError(
      'WEIGHTS_INVALID',
      `${file} is a graph model, whose layers have no names; convert the Keras model with \`--output_format tfjs_layers_model\`.`,
    );
  const result = modelSchema.safeParse(json);
  if (!result.success)
    throw new PlantsenseError(
      'WEIGHTS_INVALID',
      `${file} is no layers model of TensorFlow.js: ${z.prettifyError(result.error)}`,
    );
  const { modelTopology, weightsManifest } = result.data;
  const topology = 'model_config' in modelTopology ? modelTopology.model_config : modelTopology;
  return { path: file, topology: topology as Topology, manifest: weightsManifest };
}

/**
 * The model up to one of its layers, without the others: their weights need not be there.
 * @param name null for the model's output
 * @throws PlantsenseError PARAMETER_INVALID, which lists near names
 */
export function truncated(model: TfjsModel, name: string | null): { topology: Topology; layer: string } {
  const { topology, path } = model;
  const { layers, output_layers } = topology.config;
  const named = layers.map((layer, i) => ({ name: nameOf(layer) ?? `layer ${i + 1}`, layer }));
  const layer = name ?? output_layers?.[0]?.[0] ?? named.at(-1)!.name;
  const output = findLayer(named, layer, path);
  if (!output_layers) {
    const kept = layers.slice(0, named.indexOf(output) + 1);
    return { topology: { ...topology, config: { ...topology.config, layers: kept } }, layer };
  }
  const needed = new Set<string>();
  const need = (wanted: string): void => {
    if (needed.has(wanted)) return;
    needed.add(wanted);
    const nodes = named.find(each => each.name === wanted)?.layer.inbound_nodes ?? [];
    for (const [from] of nodes.flat()) need(from);
  };
  need(layer);
  const config = {
    ...topology.config,
    layers: named.filter(each => needed.has(each.name)).map(each => each.layer),
    output_layers: [[layer, 0, 0] as [string, ...unknown[]]],
  };
  return { topology: { ...topology, config }, layer };
}

function nameOf({ name, config }: TopologyLayer): string | undefined {
  return name ?? config.name;
}

function parsed(text: string, file: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new PlantsenseError('WEIGHTS_INVALID', `${file} is no JSON.`);
  }
}

function isGraphModel(json: unknown): boolean {
  return typeof json === 'object' && json !== null && 'format' in json && json.format === 'graph-model';
}
