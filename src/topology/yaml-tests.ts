import type { Env } from './interpolate.js';
import { inputSchema } from './json-schema.js';
import { type ParsedYaml, parseYaml } from './parse-yaml.js';
import { type Problem, problem, sortProblems } from './problem.js';
import { type TopologyTest, type TopologyTests, topologyTestsOptions } from './test-options.js';
import type { Topology } from './topology.js';

const INPUTS = inputSchema(topologyTestsOptions);

/** Parses a file of topology tests: for `plantsense test FILE`. */
export function parseTopologyTests(text: string, env: Env): ParsedYaml<TopologyTests> {
  const parsed = parseYaml(text, env, topologyTestsOptions, INPUTS);
  if (!parsed.value) return parsed;
  const problems = checkTones(parsed.value, parsed);
  return problems.length === 0
    ? parsed
    : { ...parsed, value: null, problems: sortProblems([...parsed.problems, ...problems]) };
}

/** The topology with the settings that a test gives its sensor. */
export function topologyForTest(topology: Topology, test: TopologyTest): Topology {
  if (!test.settings) return topology;
  const { sensors } = topology;
  const before = sensors.byId.get(test.sensor) ?? {};
  const clips = { ...before.clips, ...test.settings.clips };
  const settings = { ...before, ...test.settings, clips };
  return { ...topology, sensors: { ...sensors, byId: new Map([...sensors.byId, [test.sensor, settings]]) } };
}

/** A tone above half the sample rate would be another one. */
function checkTones(tests: TopologyTests, { source }: ParsedYaml<TopologyTests>): readonly Problem[] {
  return tests.tests.flatMap(({ input }, i) => {
    if (input.type !== 'synthetic') return [];
    return input.segments.flatMap((segment, j) => {
      if (segment.type !== 'tone' || segment.frequencyHz < input.sampleRateHz / 2) return [];
      const path = ['tests', i, 'input', 'segments', j, 'frequency_hz'];
      const message = `A tone of ${segment.frequencyHz} Hz can't be had at ${input.sampleRateHz} samples a second.`;
      return [problem('invalid-value', source.place(path), path, message)];
    });
  });
}
