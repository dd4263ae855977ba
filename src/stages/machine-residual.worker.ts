import { workerData } from 'node:worker_threads';
import type { SegmentOptions } from '../audio/segments.js';
import { PlantsenseError, toPlantsenseError } from '../errors.js';
import { DirectoryModelStore } from '../lifecycle/directory-model-store.js';
import type { ModelAnnouncement } from '../records/types.js';
import type { Checkpoint } from '../stream/checkpoint.js';
import { exponentialBackoff } from '../stream/retry.js';
import { type Answer, serveWorker } from '../stream/worker-server.js';
import { ClipStore } from './clip-store.js';
import { type HeardChunk, type JudgedChunk, MachineLane, type MachineLaneOptions } from './machine-lane.js';
import { MachineScorer, type RefusedModel } from './machine-scorer.js';
import { openTensors, type TensorNotice } from './tensor-notices.js';

/** Hears, scores and judges the machines of all lanes in a thread of its own. */

export interface MachineWorkerData {
  readonly lane: Omit<MachineLaneOptions, 'stream'> & { readonly clockJumpSecs: number };
  readonly segment: SegmentOptions;
  /** Topic of the segments' tensors; null: they are not published. */
  readonly featuresTopic: string | null;
  readonly clipDirectory: string;
  readonly modelDirectory: string;
}

/** A chunk for its lane. */
export interface ChunkRequest {
  readonly lane: number;
  readonly bytes: Uint8Array;
  readonly offset: number;
  readonly replayed: boolean;
}

export type MachineRequest =
  | { readonly type: 'open'; readonly lane: number; readonly start: Checkpoint }
  | { readonly type: 'close'; readonly lane: number }
  | { readonly type: 'models'; readonly announcements: readonly ModelAnnouncement[] }
  | { readonly type: 'chunks'; readonly chunks: readonly ChunkRequest[] };

/** What a chunk gave, for its lane and for counting. */
export interface MachineStep extends JudgedChunk, Omit<HeardChunk, 'parts' | 'gone' | 'replayed'> {
  readonly lane: number;
}

/** A chunk that can never be processed. */
export interface RefusedChunk {
  readonly code: PlantsenseError['code'];
  readonly message: string;
}

export interface MachineAnswer {
  /** In the order of the chunks; null for one whose lane has ended while it waited for a batch. */
  readonly steps: readonly (MachineStep | RefusedChunk | null)[];
  /** Segments that went through a network. */
  readonly scored: number;
}

/** Reported beside the answer. */
export type MachineReport =
  | TensorNotice
  | { readonly refused: RefusedModel }
  | { readonly trouble: RefusedChunk };

const {
  lane: laneOptions,
  segment,
  featuresTopic,
  clipDirectory,
  modelDirectory,
} = workerData as MachineWorkerData;
const scorer = new MachineScorer(new DirectoryModelStore(modelDirectory), segment, featuresTopic);
const { samplesPerSegment, stepSamples } = scorer;
const { clockJumpSecs, ...options } = laneOptions;
const stream = { samplesPerSegment, stepSamples, clockJumpSecs };
let report: (report: MachineReport) => void = () => {};
const clips = new ClipStore(clipDirectory, {
  backoff: exponentialBackoff,
  onRetry: thrown => {
    const { code, message } = toPlantsenseError(thrown);
    report({ trouble: { code, message } });
  },
});
const lanes = new Map<number, MachineLane>();

serveWorker(async (request: MachineRequest, progress) => {
  // Calls are served one after another: whatever happens belongs to this one.
  report = progress;
  switch (request.type) {
    case 'open':
      lanes.set(request.lane, new MachineLane(request.start, { ...options, stream }, clips));
      return { result: null };
    case 'close':
      lanes.delete(request.lane);
      return { result: null };
    case 'models':
      scorer.announce(request.announcements);
      return { result: null };
    case 'chunks':
      return moved(await answer(request.chunks));
  }
});

/** An answer whose records move to the stage without a copy: each has its own memory, and tensors are large. */
function moved(result: MachineAnswer): Answer {
  const records = result.steps.flatMap(step => (step && 'outputs' in step ? step.outputs : []));
  return { result, transfer: records.flatMap(({ value }) => (value ? [value.buffer as ArrayBuffer] : [])) };
}

async function answer(requests: readonly ChunkRequest[]): Promise<MachineAnswer> {
  const heard = requests.map(({ lane: id, bytes, offset, replayed }) => {
    const lane = lanes.get(id);
    if (!lane) return null;
    try {
      return lane.hear(bytes, offset, replayed);
    } catch (error) {
      if (error instanceof PlantsenseError && error.class === 'terminal') return error;
      throw error;
    }
  });
  const segments = heard.flatMap(chunk =>
    chunk === null || chunk instanceof PlantsenseError ? [] : chunk.parts.flatMap(part => part.segments),
  );
  const scored = await scorer.score(segments, {
    openTensors: () => openTensors(report),
    refused: refused => report({ refused }),
  });
  let next = 0;
  const steps: (MachineStep | RefusedChunk | null)[] = [];
  for (const [i, chunk] of heard.entries()) {
    if (chunk === null) {
      steps.push(null);
      continue;
    }
    if (chunk instanceof PlantsenseError) {
      steps.push({ code: chunk.code, message: chunk.message });
      continue;
    }
    const { parts, gone: _gone, replayed: _replayed, ...told } = chunk;
    const count = parts.reduce((sum, part) => sum + part.segments.length, 0);
    const its = { from: next, to: next + count };
    next += count;
    const { lane } = requests[i]!;
    const judged = await lanes.get(lane)!.judge(chunk, scored.scores.slice(its.from, its.to));
    const outputs = [
      ...scored.features.slice(its.from, its.to).flatMap(each => each ?? []),
      ...judged.outputs,
    ];
    steps.push({ ...told, ...judged, outputs, lane });
  }
  return { steps, scored: scored.count };
}
