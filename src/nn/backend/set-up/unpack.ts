import { createWriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import yauzl, { type Entry, type ZipFile } from 'yauzl';
import type { Wheel } from './wheel.js';

const open = promisify<string, yauzl.Options, ZipFile>(yauzl.open);

/**
 * Unpacks a wheel's wanted files into a directory, as streams: its largest file would not fit into a small machine's
 * memory. The library checks sizes and refuses paths that lead out of the directory.
 */
export async function unpackWheel(path: string, { wants }: Wheel, directory: string): Promise<void> {
  const zip = await open(path, { lazyEntries: true, autoClose: false });
  const openEntry = promisify<Entry, Readable>(zip.openReadStream.bind(zip));
  try {
    for await (const entry of entries(zip)) {
      if (!wants(entry.fileName) || entry.fileName.endsWith('/')) continue;
      const target = join(directory, entry.fileName);
      await mkdir(dirname(target), { recursive: true });
      await pipeline(await openEntry(entry), createWriteStream(target, { mode: modeOf(entry) }));
    }
  } finally {
    zip.close();
  }
}

async function* entries(zip: ZipFile): AsyncGenerator<Entry> {
  for (let i = 0; i < zip.entryCount; i += 1) {
    yield await new Promise<Entry>((resolve, reject) => {
      zip.once('entry', resolve).once('error', reject);
      zip.readEntry();
    });
    zip.removeAllListeners('error');
  }
}

/** A file that may be executed in the archive (a compiler) may be so here. */
function modeOf({ externalFileAttributes }: Entry): number {
  return (externalFileAttributes >>> 16) & 0o100 ? 0o755 : 0o644;
}
