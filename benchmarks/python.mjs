// Python peers: an environment with pinned packages in .cache/, made on first use.
import { execFileSync, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const cache = fileURLToPath(new URL('../.cache/', import.meta.url));

/** Keras on the TensorFlow that we use too. */
export const KERAS = ['tensorflow-cpu==2.18.1', 'keras==3.12.0'];

/** One thread for every library that has threads of its own. */
const ONE_THREAD = Object.fromEntries(
  ['OMP', 'OPENBLAS', 'MKL', 'NUMBA', 'VECLIB_MAXIMUM', 'NUMEXPR'].map(name => [`${name}_NUM_THREADS`, '1']),
);

/**
 * The interpreter of an environment that holds the packages, or why there is none.
 *
 * @param {string[]} packages as for pip, with versions
 * @param {(message: string) => void} log
 * @returns {{ path: string } | { missing: string }}
 */
export function pythonWith(packages, log) {
  const base = process.env.PYTHON ?? 'python3';
  let version;
  try {
    version = execFileSync(base, ['--version'], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();
  } catch {
    return { missing: `no Python: '${base}' does not run. Install Python 3, or set PYTHON.` };
  }
  const key = createHash('sha256')
    .update([version, ...packages].join('\n'))
    .digest('hex')
    .slice(0, 12);
  const home = join(cache, `python-${key}`);
  const path = join(home, 'bin', 'python');
  // Written last, so that an interrupted installation is started over.
  const done = join(home, 'complete');
  if (existsSync(done)) return { path };

  log(`installing ${packages.join(', ')} for ${version} into .cache (once)`);
  try {
    mkdirSync(cache, { recursive: true });
    rmSync(home, { recursive: true, force: true });
    const quiet = { stdio: ['ignore', 'ignore', 'pipe'], encoding: 'utf8' };
    execFileSync(base, ['-m', 'venv', home], quiet);
    execFileSync(
      path,
      ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', ...packages],
      quiet,
    );
    writeFileSync(done, `${packages.join('\n')}\n`);
    return { path };
  } catch (error) {
    const reason = String(error.stderr || error.message)
      .trim()
      .split('\n')
      .at(-1);
    return { missing: `${packages.join(', ')} can't be installed for ${version}: ${reason}` };
  }
}

/**
 * Starts a script that answers each line of JSON on its input with one on its output, on one thread.
 *
 * @param {string} path the interpreter
 * @param {URL} script
 * @param {Record<string, string>} env more of the environment
 * @returns {{ ask: (question: object) => Promise<any>, close: () => void }}
 */
export function startPython(path, script, env = {}) {
  const child = spawn(path, [fileURLToPath(script)], {
    env: { ...process.env, ...ONE_THREAD, ...env },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const waiting = [];
  createInterface({ input: child.stdout }).on('line', line => waiting.shift()?.resolve(JSON.parse(line)));
  const fail = reason => {
    for (const { reject } of waiting.splice(0)) reject(new Error(reason));
  };
  child.on('error', error => fail(error.message));
  child.on('exit', code => fail(`The Python peer ended with code ${code}.`));
  return {
    ask: question =>
      new Promise((resolve, reject) => {
        waiting.push({ resolve, reject });
        child.stdin.write(`${JSON.stringify(question)}\n`);
      }),
    close: () => child.stdin.end(),
  };
}
