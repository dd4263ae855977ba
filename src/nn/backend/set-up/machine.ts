import { statfs } from 'node:fs/promises';
import { PlantsenseError } from '../../../errors.js';
import { megabytes } from './progress.js';

/** `linux-x64`, as Node names it; `linux-x64-musl` where the C library is not glibc. */
export function thisPlatform(): string {
  const { platform, arch } = process;
  if (platform !== 'linux') return `${platform}-${arch}`;
  const { header } = process.report.getReport() as { header: { glibcVersionRuntime?: string } };
  return header.glibcVersionRuntime ? `${platform}-${arch}` : `${platform}-${arch}-musl`;
}

/** @throws PlantsenseError DISK_FULL when there is no room for so many bytes */
export async function requireDiskSpace(directory: string, bytes: number): Promise<void> {
  const { bavail, bsize } = await statfs(directory);
  const free = bavail * bsize;
  if (free < bytes)
    throw new PlantsenseError(
      'DISK_FULL',
      `TensorFlow's set-up takes ${megabytes(bytes)} MB in ${directory}, where ${megabytes(free)} MB are free.`,
    );
}
