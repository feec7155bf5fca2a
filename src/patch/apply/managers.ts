/** Who owns which fields of an object. Mirrors structured-merge-diff fieldpath ManagedFields, merge Conflicts. */
import type { FieldSet, Path } from './field-set.ts';

export interface OwnedFields {
  readonly fields: FieldSet;
  /** The version in which they are named. */
  readonly apiVersion: string;
  /** By apply; else by update. */
  readonly applied: boolean;
}

/** By the manager's identifier, whatever it is made of. */
export type Managers = ReadonlyMap<string, OwnedFields>;

export interface Conflict {
  readonly manager: string;
  readonly path: Path;
}

/** What is applied would change fields of others. */
export class ConflictsError extends Error {
  override readonly name = 'ConflictsError';
  readonly conflicts: readonly Conflict[];

  constructor(conflicts: readonly Conflict[]) {
    super('conflicts with other managers');
    this.conflicts = conflicts;
  }
}
