// node --import tsx scripts/schemas.mjs types              writes src/records/types.ts from schemas/*.avsc
// node --import tsx scripts/schemas.mjs snapshot 1.2.0     keeps the current schemas as those of a release
// node --import tsx scripts/schemas.mjs check              fails when a current schema can't read a released one
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { incompatibilities, snapshotSchemas } from '../src/records/compatibility.ts';
import { schemasDirectory } from '../src/records/schema-set.ts';
import { typeSource } from '../src/records/type-source.ts';

const [command, release] = process.argv.slice(2);
const directory = schemasDirectory();

if (command === 'types') {
  const schemas = readdirSync(directory)
    .filter(file => file.endsWith('.avsc'))
    .sort()
    .map(file => [file.slice(0, -5), JSON.parse(readFileSync(join(directory, file), 'utf8'))]);
  writeFileSync(new URL('../src/records/types.ts', import.meta.url), typeSource(new Map(schemas)));
} else if (command === 'snapshot' && release) {
  console.log(snapshotSchemas(directory, release).join('\n') || 'no schema has changed');
} else if (command === 'check') {
  const found = incompatibilities(directory);
  for (const { record, release: from, reason } of found) console.error(`${record} of ${from}: ${reason}`);
  process.exitCode = found.length > 0 ? 1 : 0;
} else {
  console.error('usage: schemas.mjs types | snapshot RELEASE | check');
  process.exitCode = 2;
}
