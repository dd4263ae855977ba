// `npm test`: formatter, linter and types; the build; then every test. Says what was skipped and why, and under CI a
// skip is a failure. The last line counts.
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const report = join(root, '.cache', 'test-report.json');
mkdirSync(join(root, '.cache'), { recursive: true });

const node = (...args) => spawnSync(process.execPath, args, { cwd: root, stdio: 'inherit' }).status ?? 1;
const bin = name => join(root, 'node_modules', ...name);
const wanted = process.argv.slice(2);

const steps = [
  ['Formatting and lint', () => node(bin(['@biomejs', 'biome', 'bin', 'biome']), 'check', '.')],
  ['Types', () => node(bin(['typescript', 'bin', 'tsc']), '--noEmit')],
  ['Build', () => node(join(root, 'scripts', 'build.mjs'))],
  // Tests that compute tensors would each wait for it.
  ['Tensor backend', () => node(join(root, 'dist', 'nn', 'backend', 'set-up', 'run.js'))],
];

let failed = 0;
for (const [name, run] of wanted.length > 0 ? steps.slice(2) : steps) {
  if (run() === 0) continue;
  failed += 1;
  console.error(`${name}: failed`);
}

const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
const status = node(bin(['vitest', 'vitest.mjs']), 'run', ...reporters, ...wanted);

const { numPassedTests, numFailedTests, testResults } = JSON.parse(readFileSync(report, 'utf8'));
const tests = testResults.flatMap(file => file.assertionResults);
const skipped = tests.filter(
  test => test.status === 'pending' || test.status === 'skipped' || test.status === 'todo',
);
const broken = testResults.filter(
  file => file.status === 'failed' && file.assertionResults.length === 0,
).length;
failed += numFailedTests + broken;
if (status !== 0 && failed === 0) failed = 1;

if (skipped.length > 0 && wanted.length === 0) {
  console.log('\nSkipped (the name says why):');
  const groups = new Map();
  for (const { ancestorTitles, title } of skipped) {
    const group = ancestorTitles[0] ?? title;
    groups.set(group, (groups.get(group) ?? 0) + 1);
  }
  for (const [group, count] of groups) console.log(`  ${group}: ${count}`);
  if (process.env.CI === 'true') {
    console.error('Under CI nothing may be skipped.');
    failed += 1;
  }
}

console.log(
  `\n${numPassedTests} passed, ${failed} failed${skipped.length > 0 ? `, ${skipped.length} skipped` : ''}`,
);
process.exitCode = failed === 0 ? 0 : 1;
