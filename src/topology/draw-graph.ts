import { type Edge, type Graph, inFlowOrder, type TopicNode } from './graph.js';

/**
 * The graph for a terminal: each stage in the order of the flow, what it reads and from whom, what it writes and for
 * whom.
 */
export function drawText(graph: Graph): string {
  const width = Math.max(0, ...[...graph.topics.keys()].map(name => name.length));
  const line = (edge: Edge, last: boolean, others: readonly Edge[]): string => {
    const branch = last ? '└' : '├';
    const arrow = edge.direction === 'reads' ? '◀─' : '─▶';
    const names = [...new Set(others.map(other => other.stage))].join(', ') || outside(edge);
    return `  ${branch}${arrow} ${edge.topic.padEnd(width)}  ${arrow} ${names}`;
  };
  const blocks = inFlowOrder(graph).map(stage => {
    const edges = [...stage.reads, ...stage.writes];
    const lines = edges.map((edge, i) => {
      const topic = graph.topics.get(edge.topic);
      const others = edge.direction === 'reads' ? topic?.writers : topic?.readers;
      return line(edge, i === edges.length - 1, others ?? []);
    });
    return [`${stage.name} (${stage.type})`, ...lines].join('\n');
  });
  return `${[graph.name, ...blocks].join('\n\n')}\n`;
}

/** The graph as a Mermaid flowchart, which many Markdown viewers draw. Topics are cylinders. */
export function drawMermaid(graph: Graph): string {
  const ids = new Map<string, string>();
  const topics = [...graph.topics.values()].filter(isUsed);
  const nodes: string[] = [];
  for (const topic of topics) {
    ids.set(`topic ${topic.name}`, `t${ids.size}`);
    nodes.push(`  ${ids.get(`topic ${topic.name}`)}[(${quote(topic.name)})]`);
  }
  for (const stage of inFlowOrder(graph)) {
    ids.set(`stage ${stage.name}`, `s${ids.size}`);
    nodes.push(`  ${ids.get(`stage ${stage.name}`)}[${quote(`${stage.name}<br>${stage.type}`)}]`);
  }
  const edges = inFlowOrder(graph).flatMap(stage =>
    [...stage.reads, ...stage.writes].map(edge => {
      const [topic, own] = [ids.get(`topic ${edge.topic}`), ids.get(`stage ${stage.name}`)];
      const arrow = edge.kinds.length === 1 && edge.kinds[0] === 'dead-letter' ? '-.->' : '-->';
      return edge.direction === 'reads' ? `  ${topic} ${arrow} ${own}` : `  ${own} ${arrow} ${topic}`;
    }),
  );
  return `flowchart LR\n${[...nodes, ...edges].join('\n')}\n`;
}

/** Who is at the other end of a topic when no stage is. */
function outside(edge: Edge): string {
  if (edge.direction === 'writes')
    return edge.kinds.includes('dead-letter') ? 'plantsense dead-letter' : 'nobody';
  if (edge.kinds.includes('audio')) return 'microphones';
  return edge.kinds.includes('models') ? 'plantsense train' : 'nobody';
}

function isUsed(topic: TopicNode): boolean {
  return topic.readers.length + topic.writers.length > 0;
}

/** Names hold no quotes or brackets, see their patterns; quoted, Mermaid takes dots and dashes too. */
function quote(text: string): string {
  return `"${text}"`;
}
