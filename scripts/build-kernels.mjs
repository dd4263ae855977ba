// Assembles each X.wat into an X-wasm.ts beside it. Unit tests fail when the two don't agree.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import wabt from 'wabt';

const { parseWat } = await wabt();

for (const room of ['audio/wasm', 'cluster/linear-algebra/wasm']) {
  const folder = new URL(`../src/${room}/`, import.meta.url);
  for (const file of readdirSync(folder).filter(name => name.endsWith('.wat'))) {
    const module = parseWat(file, readFileSync(new URL(file, folder), 'utf8'), { simd: true });
    module.validate();
    const base64 = Buffer.from(module.toBinary({}).buffer).toString('base64');

    const lines = (base64.match(/.{1,100}/g) ?? []).map(line => `    '${line}',`);
    const name = file.replace('.wat', '');
    writeFileSync(
      new URL(`${name}-wasm.ts`, folder),
      `/** \`${file}\`, assembled by \`scripts/build-kernels.mjs\`. Not to be edited. */
export const ${name.toUpperCase()}_WASM: Uint8Array = Buffer.from(
  [
${lines.join('\n')}
  ].join(''),
  'base64',
);
`,
    );
  }
}
