import { mkdirSync, rmSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PlantsenseError } from '../../errors.js';
import { isDiskFull } from '../../files.js';
import { literal } from '../sql.js';
import { EngineException } from './exception.js';
import type { InsertText } from './insert-text.js';

/**
 * Files that hold the rows of running inserts. chDB can take rows from the text of a statement too, but there an empty
 * line ends them and what follows is run as SQL: rows would be lost, and a value could be an attack.
 */
export class Spool {
  readonly #directory: string;
  #count = 0;

  /** Empties the directory: what lies there is of inserts that were never acknowledged. */
  constructor(directory: string) {
    if (/[*?{}]/.test(directory))
      throw new PlantsenseError('PARAMETER_INVALID', `The path ${directory} has one of * ? { } in it.`);
    this.#directory = directory;
    rmSync(directory, { recursive: true, force: true });
    mkdirSync(directory, { recursive: true });
  }

  /** @throws EngineException NOT_ENOUGH_SPACE */
  async add(insert: InsertText, data: Uint8Array): Promise<SpooledInsert> {
    this.#count += 1;
    const path = join(this.#directory, String(this.#count));
    try {
      await writeFile(path, data);
    } catch (error) {
      await rm(path, { force: true });
      const { message } = error as Error;
      throw isDiskFull(error)
        ? new EngineException(243, 'NOT_ENOUGH_SPACE', message)
        : new EngineException(75, 'CANNOT_WRITE_TO_FILE_DESCRIPTOR', message);
    }
    const { target, settings, format } = insert;
    const source = `FROM INFILE ${literal(path)} COMPRESSION 'none'`;
    return {
      sql: `${target} ${source} ${settings} FORMAT ${format}`,
      remove: () => rm(path, { force: true }),
    };
  }
}

export interface SpooledInsert {
  /** The statement, with its rows in a file. */
  readonly sql: string;
  readonly remove: () => Promise<void>;
}
