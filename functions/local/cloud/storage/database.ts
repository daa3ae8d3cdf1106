/**
 * One SQLite file in write-ahead mode, held by one server at a time.
 *
 * Every change is one synchronous transaction, so nothing interleaves: conditional writes are atomic, and an
 * object and its notification are stored together or not at all. `synchronous = NORMAL` keeps committed work
 * through a killed process (not through a power cut). Source: https://sqlite.org/wal.html
 */
import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite';
import { PermanentFault } from '../../../../shared/errors.ts';
import { SCHEMA } from './schema.ts';

export class Database {
  readonly #connection: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();
  #inTransaction = false;

  /** Opens or creates the file. Throws PermanentFault `directory-in-use` where another server holds it. */
  constructor(file: string) {
    this.#connection = new DatabaseSync(file);
    try {
      this.#connection.exec(
        'PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;',
      );
      this.#connection.exec(SCHEMA);
    } catch (cause) {
      this.#connection.close();
      if (!String(cause).includes('locked')) throw cause;
      throw new PermanentFault(
        'database: expected a directory of its own, got one that another server holds',
        {
          code: 'directory-in-use',
          remedy: 'Stop the other server or name another directory.',
          cause,
        },
      );
    }
  }

  /** Rows are typed by the caller, who wrote the column list. */
  all<Row>(sql: string, ...values: readonly SQLInputValue[]): Row[] {
    return this.#prepare(sql).all(...values) as Row[];
  }

  first<Row>(sql: string, ...values: readonly SQLInputValue[]): Row | undefined {
    return this.#prepare(sql).get(...values) as Row | undefined;
  }

  /** Walks rows lazily; finish with it before any other statement with the same text. */
  each<Row>(sql: string, ...values: readonly SQLInputValue[]): Iterable<Row> {
    return this.#prepare(sql).iterate(...values) as Iterable<Row>;
  }

  /** Returns how many rows changed. */
  run(sql: string, ...values: readonly SQLInputValue[]): number {
    return Number(this.#prepare(sql).run(...values).changes);
  }

  /** All of `work` or none of it; a transaction inside another joins it. */
  transaction<T>(work: () => T): T {
    if (this.#inTransaction) return work();
    this.#connection.exec('BEGIN IMMEDIATE');
    this.#inTransaction = true;
    try {
      const result = work();
      this.#connection.exec('COMMIT');
      return result;
    } catch (error) {
      this.#connection.exec('ROLLBACK');
      throw error;
    } finally {
      this.#inTransaction = false;
    }
  }

  close(): void {
    this.#connection.close();
  }

  #prepare(sql: string): StatementSync {
    let statement = this.#statements.get(sql);
    if (statement === undefined) {
      statement = this.#connection.prepare(sql);
      this.#statements.set(sql, statement);
    }
    return statement;
  }
}
