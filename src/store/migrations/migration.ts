/** One step of the schema. Once released it is never changed: a later step changes what it made. */
export interface Migration {
  /** From 1, without gaps. */
  readonly version: number;
  readonly name: string;
  /**
   * DDL for a database, in order. Each statement may run again (`IF NOT EXISTS`): a step that was cut off is repeated
   * from its first statement, and two processes may do one step at the same time.
   */
  readonly statements: (database: string) => readonly string[];
}
