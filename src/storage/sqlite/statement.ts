/** A prepared statement whose rows are tuples: the one place where a row gets its type. */
import type { DatabaseSync, SQLInputValue } from 'node:sqlite';

export interface Statement<Parameters extends SQLInputValue[], Row extends unknown[]> {
  run(...parameters: Parameters): void;
  get(...parameters: Parameters): Row | undefined;
  all(...parameters: Parameters): Row[];
  /** Reads no further than it is pulled. */
  each(...parameters: Parameters): Iterable<Row>;
}

/** `Row` must be what `sql` selects; the tables are STRICT, so a column's type can be relied on. */
export function prepare<Parameters extends SQLInputValue[], Row extends unknown[] = []>(
  database: DatabaseSync,
  sql: string,
): Statement<Parameters, Row> {
  const statement = database.prepare(sql);
  // Tuples are built faster than objects, and the caller makes objects of one shape from them.
  statement.setReturnArrays(true);
  return {
    run: (...parameters) => void statement.run(...parameters),
    // The door: what SQLite returns is untyped.
    get: (...parameters) => statement.get(...parameters) as unknown as Row | undefined,
    all: (...parameters) => statement.all(...parameters) as unknown as Row[],
    each: (...parameters) => statement.iterate(...parameters) as unknown as Iterable<Row>,
  };
}
