/** Why a store file cannot be used, and SQLite's error numbers in our terms. */
import { StoreFullError } from '../store.ts';

/**
 * `locked`: another process has it open · `corrupt`: not, or no longer, a sound database · `foreign`: a database, but none of ours ·
 * `newer`: written by a newer version of this program · `unreadable`: missing folder, permissions.
 */
export type StoreFileProblem = 'locked' | 'corrupt' | 'foreign' | 'newer' | 'unreadable';

/** The store file cannot be used; `message` says what is wrong with which file. */
export class StoreFileError extends Error {
  override readonly name = 'StoreFileError';
  readonly problem: StoreFileProblem;
  constructor(problem: StoreFileProblem, message: string, options?: ErrorOptions) {
    super(message, options);
    this.problem = problem;
  }
}

/** SQLite's own error as one of ours where it has a meaning to callers; anything else as it is. */
export function storeErrorOf(error: unknown, path: string): unknown {
  switch (primaryCode(error)) {
    case sqliteBusy:
    case sqliteLocked:
      return new StoreFileError('locked', `the store ${path} is in use by another process`, { cause: error });
    case sqliteFull:
      return new StoreFullError(`there is no room for the store ${path}`, { cause: error });
    case sqliteCorrupt:
      return new StoreFileError('corrupt', `the store ${path} is damaged`, { cause: error });
    case sqliteNotADatabase:
      return new StoreFileError('corrupt', `the store ${path} is not a database, or damaged`, { cause: error });
    case sqliteCannotOpen:
      return new StoreFileError('unreadable', `the store ${path} cannot be opened`, { cause: error });
    default:
      return error;
  }
}

const sqliteBusy = 5;
const sqliteLocked = 6;
const sqliteCorrupt = 11;
const sqliteFull = 13;
const sqliteCannotOpen = 14;
const sqliteNotADatabase = 26;

/** 0 for what is not SQLite's. */
function primaryCode(error: unknown): number {
  if (!(error instanceof Error) || !('errcode' in error) || typeof error.errcode !== 'number') return 0;
  // The low byte; the others say more exactly which.
  return error.errcode & 0xff;
}
