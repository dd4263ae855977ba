import { mkdir, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PlantsenseError } from '../errors.js';
import { writeBytes } from '../files.js';
import { type Artefact, openArtefact } from './artefact.js';

/**
 * Reads and checks a model whose files lie in a directory of their own.
 * @throws PlantsenseError MODEL_NOT_FOUND, MODEL_INVALID
 */
export async function readModelDirectory(path: string): Promise<Artefact> {
  const entries = await readdir(path, { withFileTypes: true }).catch(() => null);
  if (!entries?.some(({ name }) => name === 'card.json'))
    throw new PlantsenseError('MODEL_NOT_FOUND', `There is no model at ${path}: it has no card.json.`);
  const names = entries.filter(entry => entry.isFile()).map(entry => entry.name);
  const contents = await Promise.all(names.map(name => readFile(join(path, name))));
  return openArtefact(new Map(names.map((name, i) => [name, contents[i]!])));
}

/**
 * Writes a model's files to a directory. The card is the last: a model that is there in part has none.
 * @throws PlantsenseError DISK_FULL, FILE_NOT_WRITABLE
 */
export async function writeModelDirectory(path: string, { files }: Artefact): Promise<void> {
  await mkdir(path, { recursive: true }).catch(cause => {
    throw new PlantsenseError('FILE_NOT_WRITABLE', `Can't make the directory ${path}.`, { cause });
  });
  const names = [...files.keys()].sort((a, b) => Number(a === 'card.json') - Number(b === 'card.json'));
  for (const name of names) await writeBytes(join(path, name), files.get(name)!);
}
