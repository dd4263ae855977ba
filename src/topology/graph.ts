import { type Port, portsOf } from './ports.js';
import type { StageType } from './stage-options.js';
import type { Topology } from './topology.js';

/** A stage where it meets a topic. */
export interface Edge extends Port {
  readonly stage: string;
}

export interface StageNode {
  readonly name: string;
  readonly type: StageType;
  readonly reads: readonly Edge[];
  readonly writes: readonly Edge[];
}

export interface TopicNode {
  readonly name: string;
  readonly writers: readonly Edge[];
  readonly readers: readonly Edge[];
}

/** Stages and topics, and which reads and writes which. */
export interface Graph {
  readonly name: string;
  readonly stages: ReadonlyMap<string, StageNode>;
  /** Declared topics first, as declared; then those that stages name and nobody declared. */
  readonly topics: ReadonlyMap<string, TopicNode>;
}

export function buildGraph(topology: Topology): Graph {
  const stages = new Map<string, StageNode>();
  const edges: Edge[] = [];
  for (const [name, options] of topology.stages) {
    const own = portsOf(options).map((port): Edge => ({ ...port, stage: name }));
    const [reads, writes] = [own.filter(isRead), own.filter(edge => !isRead(edge))];
    stages.set(name, { name, type: options.type, reads, writes });
    edges.push(...own);
  }
  const topics = new Map<string, TopicNode>();
  for (const name of new Set([...topology.topics.keys(), ...edges.map(edge => edge.topic)])) {
    const own = edges.filter(edge => edge.topic === name);
    topics.set(name, { name, readers: own.filter(isRead), writers: own.filter(edge => !isRead(edge)) });
  }
  return { name: topology.name, stages, topics };
}

/** Stages so that each comes after those whose topics it reads, as far as there is no cycle. */
export function inFlowOrder(graph: Graph): readonly StageNode[] {
  const ordered = new Set<StageNode>();
  const visiting = new Set<StageNode>();
  const visit = (stage: StageNode): void => {
    if (ordered.has(stage) || visiting.has(stage)) return;
    visiting.add(stage);
    for (const before of feeders(graph, stage)) visit(before);
    ordered.add(stage);
  };
  for (const stage of graph.stages.values()) visit(stage);
  return [...ordered];
}

/**
 * The shortest way from a stage back to itself, as names of stages and topics in turn; null when there is none. What a stage
 * that learns announces is no record that goes round: a model changes how others are made.
 */
export function cycleThrough(graph: Graph, start: StageNode): readonly string[] | null {
  const cameFrom = new Map<StageNode, { readonly stage: StageNode; readonly topic: string }>();
  const queue = [start];
  for (const stage of queue) {
    for (const { topic, kinds } of stage.writes) {
      if (kinds.includes('models')) continue;
      for (const reader of graph.topics.get(topic)?.readers ?? []) {
        const next = graph.stages.get(reader.stage);
        if (!next || cameFrom.has(next)) continue;
        cameFrom.set(next, { stage, topic });
        if (next === start) return trace(cameFrom, start);
        queue.push(next);
      }
    }
  }
  return null;
}

function trace(
  cameFrom: ReadonlyMap<StageNode, { readonly stage: StageNode; readonly topic: string }>,
  start: StageNode,
): readonly string[] {
  const way = [start.name];
  let at = start;
  do {
    const before = cameFrom.get(at);
    if (!before) break;
    way.unshift(before.stage.name, before.topic);
    at = before.stage;
  } while (at !== start);
  return way;
}

function feeders(graph: Graph, stage: StageNode): readonly StageNode[] {
  const writers = stage.reads.flatMap(({ topic }) => graph.topics.get(topic)?.writers ?? []);
  return writers.flatMap(edge => graph.stages.get(edge.stage) ?? []);
}

function isRead(edge: Edge): boolean {
  return edge.direction === 'reads';
}
