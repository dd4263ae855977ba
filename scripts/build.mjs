// Compiles src/ to dist/, from scratch, so that a deleted module can't linger. Skips the work when nothing changed.
// What tests need and nobody else lies in folders named `testing` (and in the broker's `conformance`), and stays out.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const stamp = join(root, 'dist', '.stamp');

const hash = createHash('sha256');
for (const name of readdirSync(join(root, 'src'), { recursive: true }).map(String).sort()) {
  const path = join(root, 'src', name);
  if (statSync(path).isFile()) hash.update(name).update(readFileSync(path));
}
for (const name of ['tsconfig.json', 'tsconfig.build.json', 'package-lock.json'])
  hash.update(readFileSync(join(root, name)));
const digest = hash.digest('hex');

if (!existsSync(stamp) || readFileSync(stamp, 'utf8') !== digest) {
  // Built beside and moved into place: a failed build leaves the last good one.
  const fresh = join(root, `dist-${process.pid}`);
  const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
  const { status } = spawnSync(process.execPath, [tsc, '-p', 'tsconfig.build.json', '--outDir', fresh], {
    cwd: root,
    stdio: 'inherit',
  });
  // tsconfig.build.json leaves these folders out; an import from elsewhere would bring them back.
  const leaked =
    status === 0
      ? readdirSync(fresh, { recursive: true }).filter(name => /(testing|conformance)\/.*\.js$/.test(name))
      : [];
  for (const name of leaked) console.error(`Code for tests is reached by the build: ${name}`);
  if (status === 0 && leaked.length === 0) {
    writeFileSync(join(fresh, '.stamp'), digest);
    rmSync(join(root, 'dist'), { recursive: true, force: true });
    renameSync(fresh, join(root, 'dist'));
  } else {
    rmSync(fresh, { recursive: true, force: true });
    process.exitCode = 1;
  }
}
