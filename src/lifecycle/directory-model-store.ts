import { mkdir, mkdtemp, open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { PlantsenseError } from '../errors.js';
import { syncDirectory, writeError } from '../files.js';
import type { ArtefactFiles } from './artefact.js';
import type { ModelStore } from './model-store.js';

/** Names of files being written begin with it; a crash leaves some, readers pass over them. */
const TEMPORARY = '.tmp-';

/** Models in a directory, `ROOT/METHOD/VERSION/`. A model is there as a whole or not at all, also after a power cut. */
export class DirectoryModelStore implements ModelStore {
  readonly #root: string;

  /** @param root made when first written to */
  constructor(root: string) {
    this.#root = root;
  }

  async write(uri: string, files: ArtefactFiles): Promise<void> {
    const target = this.#path(uri);
    if (await holds(target, files)) return;
    const parent = dirname(target);
    try {
      await mkdir(parent, { recursive: true });
      const temporary = await mkdtemp(join(parent, TEMPORARY));
      try {
        for (const [name, bytes] of files) await writeDurably(join(temporary, name), bytes);
        await syncDirectory(temporary);
        // What is there is damaged: its name is a hash of its content.
        await rm(target, { recursive: true, force: true });
        await rename(temporary, target);
        await syncDirectory(parent);
      } finally {
        await rm(temporary, { recursive: true, force: true });
      }
    } catch (error) {
      throw writeError(error, `Can't write the model ${target}: ${codeOf(error)}.`);
    }
  }

  async read(uri: string): Promise<ArtefactFiles> {
    const path = this.#path(uri);
    const files = await readFiles(path);
    if (!files) throw new PlantsenseError('MODEL_NOT_FOUND', `There is no model at ${path}.`);
    return files;
  }

  async versions(method: string): Promise<string[]> {
    const entries = await listDirectory(this.#path(method));
    return (
      (entries ?? [])
        .filter(entry => entry.isDirectory() && !entry.name.startsWith('.'))
        .map(entry => entry.name)
        // By number: the five digits of v10000 come after four.
        .sort((a, b) => a.localeCompare(b, 'en', { numeric: true }))
    );
  }

  /** An announcement's uri comes from a topic: it must not lead out of the root. */
  #path(uri: string): string {
    const parts = uri.split('/');
    if (!parts.every(part => /^[A-Za-z0-9_-][A-Za-z0-9_.-]*$/.test(part)))
      throw new PlantsenseError('MODEL_INVALID', `"${uri}" is not the place of a model.`);
    return join(this.#root, ...parts);
  }
}

/** Whether the directory holds exactly these files. */
async function holds(path: string, files: ArtefactFiles): Promise<boolean> {
  const present = await readFiles(path);
  if (!present || present.size !== files.size) return false;
  return [...files].every(([name, bytes]) => {
    const there = present.get(name);
    return there !== undefined && Buffer.compare(there, bytes) === 0;
  });
}

/** The files of a directory by name, or undefined when there is none. */
async function readFiles(path: string): Promise<Map<string, Uint8Array> | undefined> {
  const entries = await listDirectory(path);
  if (!entries) return undefined;
  const names = entries.filter(entry => entry.isFile()).map(entry => entry.name);
  const contents = await Promise.all(names.map(name => readFile(join(path, name))));
  return new Map(names.map((name, i) => [name, contents[i]!]));
}

async function listDirectory(path: string) {
  try {
    return await readdir(path, { withFileTypes: true });
  } catch (error) {
    if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR') return undefined;
    throw error;
  }
}

async function writeDurably(path: string, bytes: Uint8Array): Promise<void> {
  const file = await open(path, 'wx');
  try {
    await file.writeFile(bytes);
    await file.sync();
  } finally {
    await file.close();
  }
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}
