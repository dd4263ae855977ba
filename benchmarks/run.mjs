// Runs benchmarks against the build in dist/: `npm run bench -- NAME... [--json]`. Without a name it lists them.
//
// A benchmark is a folder with a bench.mjs that exports `title` and, as its default, an async function. It is given
// `{ log }` and gives `{ ours, peer, ratio, unit, details }`: a ratio above 1 means that ours is better. Where a peer
// can't be had, `peer` and `ratio` are null and `missing` says why. budgets.json has the smallest ratio that passes.
//
// Exit codes: 0 passed, 1 a ratio is under its budget or an output is wrong, 2 unknown name, 3 a peer is missing.
import { existsSync, readdirSync, readFileSync } from 'node:fs';

const folder = new URL('./', import.meta.url);
const args = process.argv.slice(2);
const json = args.includes('--json');
const names = args.filter(arg => !arg.startsWith('--'));
const known = readdirSync(folder)
  .filter(name => existsSync(new URL(`${name}/bench.mjs`, folder)))
  .sort();
const budgets = JSON.parse(readFileSync(new URL('budgets.json', folder), 'utf8'));

/** Progress goes to stderr, so that stdout holds results only. */
const log = message => process.stderr.write(`${message}\n`);

async function load(name) {
  return await import(new URL(`${name}/bench.mjs`, folder).href);
}

async function run(name) {
  const bench = await load(name);
  log(`${name}: ${bench.title}`);
  const result = await bench.default({ log });
  const minRatio = budgets[name]?.minRatio ?? null;
  const passed = result.ratio === null ? null : minRatio === null || result.ratio >= minRatio;
  print({ name, ...result, minRatio, passed });
  if (result.ratio === null && minRatio !== null) return 3;
  return passed === false ? 1 : 0;
}

function print(result) {
  if (json) {
    console.log(JSON.stringify(result));
    return;
  }
  const { name, ours, peer, ratio, unit, minRatio, passed, missing, details } = result;
  console.log(`\n${name}`);
  console.log(`  ours   ${round(ours)} ${unit}`);
  if (peer !== null) console.log(`  peer   ${round(peer)} ${unit}`);
  if (missing) console.log(`  peer   MISSING: ${missing}`);
  if (ratio !== null) {
    const budget = minRatio === null ? '' : ` (budget ${minRatio}: ${passed ? 'met' : 'MISSED'})`;
    console.log(`  ratio  ${round(ratio)}${budget}`);
  }
  for (const [key, value] of Object.entries(details ?? {}))
    console.log(`  ${key}: ${typeof value === 'object' ? JSON.stringify(value) : value}`);
}

function round(value) {
  return Number(value.toPrecision(4));
}

if (names.length === 0) {
  console.log('Benchmarks (npm run bench -- NAME... [--json]):');
  for (const name of known) console.log(`  ${name.padEnd(12)} ${(await load(name)).title}`);
  process.exit(0);
}
const unknown = names.filter(name => !known.includes(name));
if (unknown.length > 0) {
  log(`There is no benchmark named ${unknown.join(', ')}. There are: ${known.join(', ')}.`);
  process.exit(2);
}
let exitCode = 0;
for (const name of names) {
  try {
    const code = await run(name);
    exitCode ||= code;
  } catch (error) {
    log(`${name} failed: ${error instanceof Error ? error.stack : error}`);
    exitCode = 1;
  }
}
process.exit(exitCode);
