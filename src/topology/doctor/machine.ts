import { execFile } from 'node:child_process';
import { availableParallelism, freemem, totalmem } from 'node:os';
import { promisify } from 'node:util';
import { fftBackend } from '../../audio/fft.js';
import { type Check, failed, ok, warning } from './check.js';

const NODE_MAJOR = 20;
const NODE_MINOR = 19;
/** What the embedded store and a topology take together, with room. */
const MEMORY_BYTES = 2 * 1024 ** 3;

export function nodeCheck(version: string = process.versions.node): Check {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (major > NODE_MAJOR || (major === NODE_MAJOR && minor >= NODE_MINOR))
    return ok('node', `Node ${version}`);
  return failed('node', `Node ${version} is too old.`, `Install Node ${NODE_MAJOR}.${NODE_MINOR} or newer.`);
}

export function coresCheck(): Check {
  const cores = availableParallelism();
  const memory = `${gigabytes(freemem())} of ${gigabytes(totalmem())} GiB memory free`;
  if (totalmem() < MEMORY_BYTES)
    return warning(
      'machine',
      `${cores} cores, ${memory}`,
      'The embedded store wants 2 GiB: use a server instead.',
    );
  return ok('machine', `${cores} cores, ${memory}, ${process.platform} ${process.arch}`);
}

export function signalProcessingCheck(): Check {
  if (fftBackend() === 'simd') return ok('signal processing', 'SIMD instructions are used');
  return warning(
    'signal processing',
    'This processor or Node has no SIMD for WebAssembly: several times slower.',
    'Use a processor of the last ten years.',
  );
}

/** Java is only for tests with a real Kafka. */
export async function javaCheck(): Promise<Check> {
  try {
    const { stderr } = await promisify(execFile)('java', ['-version'], { timeout: 10_000 });
    return ok('java', `${stderr.split('\n', 1)[0] ?? ''}, for tests with a real Kafka`);
  } catch {
    return warning(
      'java',
      'There is no Java. Only tests with a real Kafka need it.',
      'To run those tests, install Java 17 or newer, or set KAFKA_BOOTSTRAP to a Kafka that is there.',
    );
  }
}

export function gigabytes(bytes: number): string {
  return (bytes / 1024 ** 3).toFixed(1);
}
