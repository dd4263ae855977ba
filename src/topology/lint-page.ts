import { RULES, type Rule } from './rules.js';

/** `docs/reference/lint.md`, from the catalogue of rules. */
export function renderLintPage(): string {
  const rows = Object.entries<Rule>(RULES).map(
    ([name, { severity, about }]) => `| \`${name}\` | ${severity} | ${about.replaceAll('|', '\\|')} |`,
  );
  return `# Rules of \`plantsense lint\`

Generated from \`src/topology/rules.ts\`; a test fails when the two differ.

\`plantsense lint TOPOLOGY\` finds all problems of a file at once and prints each with its line, its column and the name
of its rule. An error keeps a topology from running, \`plantsense run\` checks the same rules first; a warning does not.

| rule | severity | what it finds |
|---|---|---|
${rows.join('\n')}
`;
}
