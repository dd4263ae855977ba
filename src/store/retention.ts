import { PlantsenseError } from '../errors.js';
import type { Store } from './client.js';
import { INTERVALS, rollupDataName, rollupName } from './rollup.js';
import { ROLLUPS } from './rollups/index.js';
import { qualified } from './sql.js';
import { ttlExpression } from './table.js';
import { TABLES } from './tables/index.js';

/** Days that rows are kept, by the name of a table or rollup: `{ levels: 30, levels_1h: 3650 }`. */
export type Retention = Readonly<Record<string, number>>;

interface Kept {
  /** The name that people use. */
  readonly name: string;
  /** The table that holds the rows. */
  readonly table: string;
  readonly defaultDays: number;
}

/** Everything that has a time to live. */
export const KEPT: readonly Kept[] = [
  ...TABLES.map(({ name, ttlDays }) => ({ name, table: name, defaultDays: ttlDays })),
  ...ROLLUPS.flatMap(rollup =>
    INTERVALS.map(interval => ({
      name: rollupName(rollup, interval),
      table: rollupDataName(rollup, interval),
      defaultDays: interval.ttlDays,
    })),
  ),
];

/**
 * Sets how long rows are kept where it is not so already; what `retention` does not name gets its default.
 * @throws PlantsenseError PARAMETER_INVALID for an unknown name or a number of days that is not a positive integer
 */
export async function applyRetention(store: Store, retention: Retention): Promise<void> {
  for (const [name, days] of Object.entries(retention)) {
    if (!KEPT.some(kept => kept.name === name))
      throw new PlantsenseError('PARAMETER_INVALID', `There is no table ${name} to keep for ${days} days.`);
    if (!Number.isInteger(days) || days < 1)
      throw new PlantsenseError('PARAMETER_INVALID', `${name} can't be kept for ${days} days.`);
  }
  const definitions = new Map(
    (
      await store.query<{ name: string; engine_full: string }>(
        'SELECT name, engine_full FROM system.tables WHERE database = {database:String}',
        { parameters: { database: store.database } },
      )
    ).map(({ name, engine_full }) => [name, engine_full]),
  );
  for (const { name, table, defaultDays } of KEPT) {
    const ttl = ttlExpression(retention[name] ?? defaultDays);
    const definition = definitions.get(table);
    if (definition === undefined || definition.includes(`TTL ${ttl}`)) continue;
    await store.command(`ALTER TABLE ${qualified(store.database, table)} MODIFY TTL ${ttl}`);
  }
}
