// Assembles each kernels.wat into the kernels-wasm.ts beside it. A unit test fails when the two don't agree.
import { readFileSync, writeFileSync } from 'node:fs';
import wabt from 'wabt';

const { parseWat } = await wabt();

for (const room of ['audio/wasm', 'cluster/distances', 'cluster/linear-algebra/wasm']) {
  const folder = new URL(`../src/${room}/`, import.meta.url);
  const text = readFileSync(new URL('kernels.wat', folder), 'utf8');
  const module = parseWat('kernels.wat', text, { simd: true });
  module.validate();
  const base64 = Buffer.from(module.toBinary({}).buffer).toString('base64');

  const lines = (base64.match(/.{1,100}/g) ?? []).map(line => `    '${line}',`);
  writeFileSync(
    new URL('kernels-wasm.ts', folder),
    `/** \`kernels.wat\`, assembled by \`scripts/build-kernels.mjs\`. Not to be edited. */
export const KERNELS_WASM: Uint8Array = Buffer.from(
  [
${lines.join('\n')}
  ].join(''),
  'base64',
);
`,
  );
}
