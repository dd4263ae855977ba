// Assembles src/audio/wasm/kernels.wat into kernels-wasm.ts. A unit test fails when the two don't agree.
import { readFileSync, writeFileSync } from 'node:fs';
import wabt from 'wabt';

const folder = new URL('../src/audio/wasm/', import.meta.url);
const { parseWat } = await wabt();
const text = readFileSync(new URL('kernels.wat', folder), 'utf8');
const module = parseWat('kernels.wat', text, { simd: true });
module.validate();
const base64 = Buffer.from(module.toBinary({}).buffer).toString('base64');

const lines = (base64.match(/.{1,100}/g) ?? []).map(line => `  '${line}',`);
writeFileSync(
  new URL('kernels-wasm.ts', folder),
  `/** \`kernels.wat\`, assembled by \`scripts/build-kernels.mjs\`. Not to be edited. */
export const KERNELS_WASM: Uint8Array = Buffer.from(
  [
${lines.map(line => `  ${line}`).join('\n')}
  ].join(''),
  'base64',
);
`,
);
