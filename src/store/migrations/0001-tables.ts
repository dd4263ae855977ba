import { createTable } from '../table.js';
import { TABLES } from '../tables/index.js';
import type { Migration } from './migration.js';

/**
 * Makes the tables as they are defined now. A later step that adds a column does so with `ADD COLUMN IF NOT EXISTS`:
 * nothing for a new database, which got it here, and an addition for an old one.
 */
export const tables: Migration = {
  version: 1,
  name: 'tables',
  statements: database => TABLES.map(table => createTable(database, table)),
};
