/** What a write needs to know of the request it serves, and what happens around it. */
import type { KubeObject } from '../../api/object.ts';
import type { User } from '../../api/user.ts';

export interface WriteContext {
  readonly user: User;
  /** Milliseconds since the epoch, the same for the whole request. */
  readonly now: number;
  /** Absent or empty: the object itself is written. */
  readonly subresource?: string;
  /** Texts for `Warning` headers are added to it. */
  readonly warnings: string[];
  /** Everything but the write. */
  readonly dryRun: boolean;
}

/** Runs when a write has succeeded (`true`) or failed. */
export type Finish = (written: boolean) => Promise<void>;

/**
 * What a kind needs of the world when its objects are written: addresses of services, so far. Mirrors the BeginCreate, BeginUpdate
 * and AfterDelete hooks of apiserver's generic registry; not run for subresources, and never for what failed validation.
 */
export interface WriteHooks {
  /** Before the strategy. May mutate `object`. */
  prepare?(object: KubeObject, old: Readonly<KubeObject> | undefined): void;
  /** May mutate `object` (in its stored form). Throws StatusErrors. `old` is absent on create. */
  begin(object: KubeObject, old: Readonly<KubeObject> | undefined, context: WriteContext): Promise<Finish>;
  /** The object is gone. */
  deleted(object: Readonly<KubeObject>): Promise<void>;
}

/** What admission does to one write; the verbs bind it to the request. */
export interface WriteAdmission {
  /** May mutate `object`. `old` is absent when it is being created. Throws StatusErrors. */
  mutate(object: KubeObject, old: Readonly<KubeObject> | undefined): Promise<void>;
  /** Must not mutate. Absent `object`: a deletion. */
  validate(object: Readonly<KubeObject> | undefined, old: Readonly<KubeObject> | undefined): Promise<void>;
}
