import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import type { SegmentOptions } from '../audio/segments.js';
import { PlantsenseError } from '../errors.js';
import type { FitMachineOptions } from '../lifecycle/machine-model/fit-machine.js';
import { findRecordings, isRecordingName } from '../stages/find-recordings.js';
import { machineFitOptions } from '../stages/machine-model-options.js';
import type { MachineTopic } from '../stages/machine-training-topic.js';
import { type MachineTraining, machineTraining, segmentOptionsOf } from '../topology/machine-training.js';
import type { Topology } from '../topology/topology.js';
import { fitOptionsOf, segmentOptionsOf as segmentOptionsOfFlags } from './machine-options.js';
import type { TrainMachineFlags } from './train-machine.js';

/** Segments of a topic to learn from. */
export interface TopicSource extends MachineTopic {
  readonly maxSegments: number;
  readonly blockSegments: number;
  /** Who knows what the segments were cut with, for people, and what; null when nobody does. */
  readonly segment: { readonly options: Partial<SegmentOptions>; readonly whose: string } | null;
}

/** Recordings to learn from, and those of something abnormal that tell sensitivities. */
export interface RecordingsSource {
  readonly files: readonly string[];
  readonly abnormal: readonly string[];
}

export interface TrainMachinePlan {
  readonly topology: Topology;
  readonly defaults: MachineTraining;
  readonly source: RecordingsSource | TopicSource;
  readonly fit: FitMachineOptions;
  /** Whom the model is for; empty for all. */
  readonly entity: string;
}

/** Options that only one of the two sources takes. */
const OF_RECORDINGS = ['validation', 'windows', 'abnormal', 'sensitivity'];
const OF_TOPICS = ['windowHours', 'maxSegments'];
const OF_SEGMENTS = ['hop', 'overlap', 'step'];

/**
 * What `train machine` is to do.
 * @param isGiven whether an option stands on the command line
 * @throws PlantsenseError USAGE_INVALID, FILE_NOT_FOUND
 */
export async function planMachineTraining(
  topology: Topology,
  sources: readonly string[],
  flags: TrainMachineFlags,
  isGiven: (name: string) => boolean,
): Promise<TrainMachinePlan> {
  const defaults = machineTraining(topology);
  const entity = flags.sensor ?? '';
  if (flags.from !== undefined && flags.continue)
    throw new PlantsenseError('USAGE_INVALID', 'It goes on from --from or with --continue, not from both.');
  if (flags.continue && flags.out !== undefined)
    throw new PlantsenseError('USAGE_INVALID', '--continue is for a model that is announced: use --from.');
  const [only] = sources;
  const isTopic = only !== undefined && sources.length === 1 && !existsSync(only) && mayBeTopic(only);
  if (sources.length > 0 && !isTopic) {
    refuse(flags.topic === undefined ? [] : ['topic'], 'learns from recordings');
    refuse(OF_TOPICS.filter(isGiven), 'learns from recordings');
    const fit = fitOptionsOf(flags);
    const source = {
      files: await findRecordings(sources),
      abnormal: await findRecordings(flags.abnormal ?? []),
    };
    checkAbnormal(source, flags.rule);
    return { topology, defaults, source, fit, entity };
  }
  refuse(OF_RECORDINGS.filter(isGiven), 'learns from a topic');
  const topic = flags.topic ?? only ?? defaults.input;
  const ofTopology = segmentOptionsOf(topology, topic);
  const given = OF_SEGMENTS.filter(isGiven);
  const source: TopicSource = {
    ...{ topic, sensor: flags.sensor ?? null },
    windowHours: flags.windowHours ?? defaults.windowHours,
    maxSegments: flags.maxSegments ?? defaults.maxSegments,
    blockSegments: defaults.blockSegments,
    segment:
      given.length > 0
        ? { options: segmentOptionsOfFlags(flags), whose: given.map(name => `--${name}`).join(', ') }
        : ofTopology && { options: ofTopology, whose: "the topology's `segment` options" },
  };
  return { topology, defaults, source, fit: fitOfTopic(defaults, flags, isGiven), entity };
}

/** The topology's model with what is given. */
function fitOfTopic(
  { model }: MachineTraining,
  flags: TrainMachineFlags,
  isGiven: (name: string) => boolean,
): FitMachineOptions {
  const names = ['width', 'steps', 'batchSize', 'learningRate', 'rule', 'quantile', 'seed'] as const;
  if (flags.rule === 'sensitivity')
    throw new PlantsenseError('USAGE_INVALID', 'A sensitivity is told by recordings, not by a topic.');
  const given = Object.fromEntries(names.filter(isGiven).map(name => [name, flags[name]]));
  const { width, ...fit } = machineFitOptions({ ...model, ...given });
  // A model that goes on has the width that it has, unless one is asked for.
  const goesOn = flags.from !== undefined || flags.continue;
  return { ...fit, ...(width && (!goesOn || isGiven('width')) && { width }) };
}

/** @throws PlantsenseError USAGE_INVALID when there is none that the rule takes, or a recording is both */
function checkAbnormal({ files, abnormal }: RecordingsSource, rule: TrainMachineFlags['rule']): void {
  if (rule === 'sensitivity' && abnormal.length === 0)
    throw new PlantsenseError(
      'USAGE_INVALID',
      'A sensitivity is told by recordings of something abnormal: give --abnormal.',
    );
  const known = new Set(files.map(file => resolve(file)));
  const both = abnormal.find(file => known.has(resolve(file)));
  if (both !== undefined)
    throw new PlantsenseError('USAGE_INVALID', `${both} can't be normal and abnormal at once.`);
}

function refuse(names: readonly string[], what: string): void {
  const [name] = names;
  if (name === undefined) return;
  const option = name.replace(/[A-Z]/g, letter => `-${letter.toLowerCase()}`);
  throw new PlantsenseError('USAGE_INVALID', `--${option} is no option of a training that ${what}.`);
}

/** What looks like a path is one that is mistyped when there is nothing. */
function mayBeTopic(name: string): boolean {
  return !isRecordingName(name) && !name.includes('/');
}
