/**
 * What two runs over the same input log may store differently, with the same configuration and the same models. All
 * other columns of all tables, and all rollups, come out the same byte for byte. The tests of the repository compare
 * everything but these.
 */
export interface VaryingColumn {
  /** A table of ours; `*` for all of them. */
  readonly table: string;
  /** `*` for all of them. */
  readonly column: string;
  /** `crash`: in tables whose rows came after a process or the broker had been killed. Else in any two runs. */
  readonly after?: 'crash';
  readonly why: string;
}

export const VARYING_COLUMNS: readonly VaryingColumn[] = [
  { table: '*', column: 'ingested_at', why: 'the time at which the row came in' },
  { table: 'stage_metrics', column: '*', why: 'samples of metrics, which measure the run itself' },
  {
    table: '*',
    column: 'source_offset',
    after: 'crash',
    why: 'a stage that was killed may have sent a record twice; the second is dropped, but those after it lie further on',
  },
];

/** The columns of a table that are not to be compared; null when that is the whole table. */
export function varyingColumns(
  table: string,
  { afterCrash }: { readonly afterCrash: boolean },
): string[] | null {
  const varying = VARYING_COLUMNS.filter(
    each => (each.table === '*' || each.table === table) && (afterCrash || each.after !== 'crash'),
  );
  return varying.some(({ column }) => column === '*') ? null : varying.map(({ column }) => column);
}
