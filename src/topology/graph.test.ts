import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { drawMermaid, drawText } from './draw-graph.js';
import { buildGraph, cycleThrough, inFlowOrder } from './graph.js';
import { parseTopology } from './parse-topology.js';

const SHIPPED = readFileSync(new URL('../../topologies/noise-clustering.yaml', import.meta.url), 'utf8');

function graphOf(text: string) {
  const { value, problems } = parseTopology(text, {});
  if (!value) throw new Error(JSON.stringify(problems));
  return buildGraph(value);
}

/** Stages that only pass on: stores with their dead letters as output are enough to make any graph. */
function chain(...stages: readonly (readonly [name: string, inputs: string[], output: string])[]) {
  const lines = stages.map(
    ([name, inputs, output]) =>
      `  ${name}: { type: store, inputs: [${inputs.join(', ')}], outputs: { dead_letter: ${output} } }`,
  );
  return graphOf(`name: x\ntopics: {}\nstages:\n${lines.join('\n')}\n`);
}

describe('buildGraph', () => {
  const graph = graphOf(SHIPPED);

  it('knows who reads and who writes each topic', () => {
    const features = graph.topics.get('features.noise');
    expect(features?.writers.map(edge => edge.stage)).toEqual(['listen']);
    expect(features?.readers.map(edge => edge.stage)).toEqual(['learn', 'assign']);
  });

  it('knows which option names a topic and what its records are', () => {
    expect(graph.stages.get('assign')?.reads).toEqual([
      {
        stage: 'assign',
        direction: 'reads',
        topic: 'features.noise',
        kinds: ['features'],
        option: ['input'],
      },
      { stage: 'assign', direction: 'reads', topic: 'models', kinds: ['models'], option: ['models'] },
    ]);
  });

  it('includes topics that nobody declared', () => {
    expect([...chain(['a', ['t'], 'u']).topics.keys()]).toEqual(['t', 'u']);
  });
});

describe('inFlowOrder', () => {
  it('puts a stage behind those that it reads from', () => {
    const graph = chain(['c', ['u'], 'v'], ['b', ['t'], 'u'], ['a', ['s'], 't']);
    expect(inFlowOrder(graph).map(stage => stage.name)).toEqual(['a', 'b', 'c']);
  });

  it('keeps every stage of a cycle', () => {
    const graph = chain(['a', ['t'], 'u'], ['b', ['u'], 't']);
    expect(inFlowOrder(graph)).toHaveLength(2);
  });
});

describe('cycleThrough', () => {
  const way = (graph: ReturnType<typeof chain>, name: string) => {
    const stage = graph.stages.get(name);
    return stage ? cycleThrough(graph, stage) : null;
  };

  it('finds the shortest way back', () => {
    const graph = chain(['a', ['t', 'v'], 'u'], ['b', ['u'], 'v'], ['c', ['v'], 'w']);
    expect(way(graph, 'a')).toEqual(['a', 'u', 'b', 'v', 'a']);
    expect(way(graph, 'b')).toEqual(['b', 'v', 'a', 'u', 'b']);
    expect(way(graph, 'c')).toBeNull();
  });

  it('finds a stage that reads what it writes', () => {
    expect(way(chain(['a', ['t'], 't']), 'a')).toEqual(['a', 't', 'a']);
  });

  it('lets what is learnt change what is learnt from', () => {
    const graph = graphOf(`
name: machines
topics: { audio.raw: {}, segments: {}, scores: {}, alarms: {}, models: { cleanup: compact }, dead: {} }
stages:
  score:
    type: machine_residual
    input: audio.raw
    models: models
    outputs: { scores: scores, alarms: alarms, features: segments, dead_letter: dead }
  learn: { type: machine_learn, input: segments, scores: scores, outputs: { models: models } }
`);
    for (const name of ['score', 'learn']) expect(way(graph, name)).toBeNull();
  });

  it('does not take two ways to one place for a cycle', () => {
    const graph = chain(['a', ['s'], 't'], ['b', ['t'], 'u'], ['c', ['t', 'u'], 'v']);
    for (const name of ['a', 'b', 'c']) expect(way(graph, name)).toBeNull();
  });
});

describe('drawing', () => {
  it('shows for each stage what comes from whom and goes to whom', () => {
    const text = drawText(graphOf(SHIPPED));
    expect(text.split('\n\n')[1]).toBe(`listen (noise_events)
  ├◀─ audio.raw                   ◀─ microphones
  ├─▶ noise.levels                ─▶ store
  ├─▶ noise.events                ─▶ store
  ├─▶ features.noise              ─▶ learn, assign
  ├─▶ alarms                      ─▶ store
  └─▶ audio.raw.dead-letter       ─▶ store`);
    expect(text).toContain('└─▶ store.dead-letter           ─▶ plantsense dead-letter\n');
  });

  it('draws Mermaid with topics as cylinders and dead letters dotted', () => {
    expect(drawMermaid(chain(['a', ['t.1'], 'u']))).toBe(`flowchart LR
  t0[("t.1")]
  t1[("u")]
  s2["a<br>store"]
  t0 --> s2
  s2 -.-> t1
`);
  });
});
