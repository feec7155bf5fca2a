/**
 * Opens a store file: our settings, our lock, our schema.
 *
 * One process at a time: `locking_mode=EXCLUSIVE` takes the file's lock with the first access and keeps it until the process
 * ends, however it ends; in WAL mode it also saves the shared-memory file. (So never read the file otherwise while it is open.) `synchronous=FULL`: a commit is on the disk.
 */
import { closeSync, openSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';

import { StoreFileError, storeErrorOf } from './open-errors.ts';

/** Counts changes of the tables that an older program could not work with. */
const schemaVersion = 1;
/** "subl", in the file's header: marks the database as ours. */
const applicationId = 0x7375626c;
/** Pages of the log after which SQLite moves them to the main file. */
const checkpointPages = 1000;
/** So much of the file is read by mapping it: halves the cost of lists, and its memory is the kernel's to take back. */
const mappedBytesMax = 256 * 1024 * 1024;
/** SQLite's own cache, then, is for pages that wait to be written. */
const cacheKiB = 1024;

/**
 * `revisions` holds each value once, and a NULL for a deletion. `previous` is the revision that held the key's value before, 0 for a
 * creation: this chain serves compaction and old lists, so that no second index of keys is needed. `value` is last, so
 * that scans needn't touch a long one's overflow pages. `current` has the keys that exist.
 */
const schema = `
  CREATE TABLE meta (name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT, WITHOUT ROWID;
  CREATE TABLE revisions (
    revision INTEGER PRIMARY KEY,
    key TEXT NOT NULL,
    previous INTEGER NOT NULL,
    value BLOB
  ) STRICT;
  CREATE TABLE current (key TEXT PRIMARY KEY, revision INTEGER NOT NULL) STRICT, WITHOUT ROWID;
  INSERT INTO meta VALUES ('schema', ${schemaVersion}), ('compacted', 0);
  PRAGMA application_id = ${applicationId};
`;

/** Opens or creates the file (readable by its owner only). @throws StoreFileError, StoreFullError */
export function openDatabase(path: string): DatabaseSync {
  let database: DatabaseSync | undefined;
  try {
    create(path);
    database = new DatabaseSync(path);
    database.exec('PRAGMA locking_mode = EXCLUSIVE; PRAGMA auto_vacuum = INCREMENTAL; PRAGMA page_size = 4096');
    database.exec('PRAGMA journal_mode = WAL');
    database.exec(`PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = ${checkpointPages}`);
    database.exec(`PRAGMA mmap_size = ${mappedBytesMax}; PRAGMA cache_size = -${cacheKiB}; PRAGMA temp_store = MEMORY`);
    database.exec('BEGIN IMMEDIATE');
    prepareSchema(database, path);
    database.exec('COMMIT');
    return database;
  } catch (error) {
    database?.close();
    if (isSystemError(error))
      throw new StoreFileError('unreadable', `the store ${path} cannot be opened: ${error.message}`, { cause: error });
    throw storeErrorOf(error, path);
  }
}

/**
 * SQLite would create it readable by all; its other files get the same mode as this one. A file that exists must not be opened
 * here: closing *any* descriptor of a file drops all of a process's POSIX locks on it, and with them a store's that is open.
 */
function create(path: string): void {
  try {
    closeSync(openSync(path, 'ax', 0o600));
  } catch (error) {
    if (!isSystemError(error) || error.code !== 'EEXIST') throw error;
  }
}

function prepareSchema(database: DatabaseSync, path: string): void {
  const id = pragma(database, 'application_id');
  const tables = database.prepare('SELECT count(*) AS count FROM sqlite_schema').get()?.['count'];
  if (id === 0 && tables === 0) {
    database.exec(schema);
    return;
  }
  if (id !== applicationId) throw new StoreFileError('foreign', `${path} is a database of another program`);
  const version = database.prepare(`SELECT value FROM meta WHERE name = 'schema'`).get()?.['value'];
  if (typeof version !== 'number') throw new StoreFileError('corrupt', `the store ${path} has lost its schema version`);
  if (version > schemaVersion) {
    throw new StoreFileError(
      'newer',
      `the store ${path} has schema version ${version}; this program knows versions up to ${schemaVersion}`,
    );
  }
}

function pragma(database: DatabaseSync, name: string): unknown {
  return database.prepare(`PRAGMA ${name}`).get()?.[name];
}

function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && 'syscall' in error;
}
