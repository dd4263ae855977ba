import { execFile, execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const root = fileURLToPath(new URL('../..', import.meta.url));
const pom = join(root, 'scripts/kafka/pom.xml');
const cache = join(root, '.cache/kafka');

/** The version that the tests run against. */
export const KAFKA_VERSION = /<kafka\.version>(.+)<\/kafka\.version>/.exec(readFileSync(pom, 'utf8'))![1]!;

const jars = join(cache, `jars-${KAFKA_VERSION}`);

function works(command: string, argument: string): boolean {
  try {
    execFileSync(command, [argument], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** Why no broker can be started here, or `null` if one can. */
export function whyNoKafka(): string | null {
  if (!works('java', '-version')) return 'there is no Java (17 or newer), which runs the broker';
  if (!existsSync(jars) && !works('mvn', '-version')) return 'there is no Maven, which fetches the broker';
  return null;
}

/**
 * The directory with Kafka's jars, fetched once. Several processes may ask at once: each fetches into a directory of its
 * own and the first to be ready puts it in place, in one step, so that a half-filled one is never seen.
 */
export async function kafkaJars(): Promise<string> {
  if (existsSync(jars)) return jars;
  mkdirSync(cache, { recursive: true });
  const mine = join(cache, `fetching-${process.pid}-${performance.now()}`);
  await promisify(execFile)('mvn', [
    '-q',
    '-B',
    '-f',
    pom,
    'dependency:copy-dependencies',
    '-DincludeScope=runtime',
    `-DoutputDirectory=${mine}`,
  ]);
  try {
    renameSync(mine, jars);
  } catch (error) {
    rmSync(mine, { recursive: true, force: true });
    if (!existsSync(jars)) throw error;
  }
  return jars;
}
