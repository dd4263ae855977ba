import { inputSchema } from './json-schema.js';
import { renderOptions } from './options-page.js';
import { topologyTestsOptions } from './test-options.js';
import { topologyOptions } from './topology.js';

/** `docs/reference/topology.md`, from the options themselves. */
export function renderTopologyPage(): string {
  return `# Topology files

Generated from \`src/topology/\`; a test fails when the two differ.

A topology says which topics there are, which stages read and write them, and how. It is YAML 1.2;
[\`topologies/noise-clustering.yaml\`](../../topologies/noise-clustering.yaml) is one with explanations. Start a file with

\`\`\`yaml
# yaml-language-server: $schema=../schemas/topology.schema.json
\`\`\`

and an editor that knows YAML completes and explains options and marks mistakes. \`plantsense lint\` finds more, see its
[rules](lint.md).

- The unit of a quantity is the end of its option's name: \`_ms\`, \`_secs\`, \`_hours\`, \`_days\`, \`_hz\`, \`_db\`, \`_bytes\`.
- What comes in several forms says which by its \`type\`.
- Texts may hold environment variables: \`\${NAME}\`, \`\${NAME:-default}\` where the variable may be missing or empty, and
  \`$$\` for a dollar sign. They are put in after the file is read, so a variable can't add options. Where a number is
  asked for, the text is read as one. Inside \`{ }\` and \`[ ]\` YAML wants quotes around them.
- Passwords come from the environment and are printed nowhere.
- Anchors and merge keys (\`<<\`) share settings between sensors.
- \`*\` below stands for a name that you choose.

${renderOptions(inputSchema(topologyOptions))}`;
}

/** `docs/reference/topology-tests.md`, from the options themselves. */
export function renderTopologyTestsPage(): string {
  return `# Tests of topologies

Generated from \`src/topology/test-options.ts\`; a test fails when the two differ.

\`plantsense test FILE\` lets a sensor of a topology hear something and compares the events that come of it with those
that are expected.
[\`topologies/tests/noise-clustering.test.yaml\`](../../topologies/tests/noise-clustering.test.yaml) has examples. The
line for editors is \`# yaml-language-server: $schema=../../schemas/topology-test.schema.json\`.

Each expected event is paired with the nearest event found within the tolerance; what is left over on either side is a
failure. Environment variables work as in [topologies](topology.md).

${renderOptions(inputSchema(topologyTestsOptions))}`;
}
