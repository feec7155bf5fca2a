/**
 * What a kind does beyond its schema. All methods are synchronous and pure but for mutating the object they are given where
 * their comment says so. Mirrors apiserver registry/rest RESTCreateStrategy, RESTUpdateStrategy, RESTDeleteStrategy.
 *
 * The order on create: decode → default → metadata (namespace, uid, creationTimestamp, generateName) → admission →
 * `prepareForCreate` → name check → `validate` → `warnings`; on update: decode → default → admission → `prepareForUpdate` →
 * metadata checks → `validateUpdate` → `warnings`.
 */
import type { FieldError } from '../../api/field-error.ts';
import type { KubeObject } from '../../api/object.ts';
import type { User } from '../../api/user.ts';

export interface StrategyContext {
  readonly user: User;
  /** Milliseconds since the epoch, the same for the whole request. */
  readonly now: number;
  /** Which of the kind's subresources is written; absent or empty: the object itself. */
  readonly subresource?: string;
}

/** Returns upstream's messages; an empty list: the name is fine. `prefix`: it is a generateName. */
export type NameRule = (name: string, prefix: boolean) => readonly string[];

export interface Strategy {
  /** Default: DNS-1123 subdomain. */
  readonly nameRule?: NameRule;
  /** May mutate. Clears what the user may not set. Where the kind has `/status`, status has been dropped already. */
  prepareForCreate?(object: KubeObject, context: StrategyContext): void;
  validate?(object: Readonly<KubeObject>, context: StrategyContext): FieldError[];
  /** May mutate `object`. Where the kind has `/status`, the old status stands already. */
  prepareForUpdate?(object: KubeObject, old: Readonly<KubeObject>, context: StrategyContext): void;
  /** Everything that must hold after an update: usually `validate` again, and what is immutable. */
  validateUpdate?(object: Readonly<KubeObject>, old: Readonly<KubeObject>, context: StrategyContext): FieldError[];
  /** For subresources that are a part of the object ({@link StrategyContext.subresource} says which): what was taken of what was sent stands already. */
  validatePartUpdate?(object: Readonly<KubeObject>, old: Readonly<KubeObject>, context: StrategyContext): FieldError[];
  /** Sent as `Warning` headers. `old` is absent on create. */
  warnings?(object: Readonly<KubeObject>, old: Readonly<KubeObject> | undefined): readonly string[];
  /** PUT of what is not there creates it. Default false. */
  readonly allowCreateOnUpdate?: boolean;
  /** An update may omit resourceVersion. Default true. */
  readonly allowUnconditionalUpdate?: boolean;
  /**
   * Whether `metadata.generation` is kept: 1 on create, more when `spec` changes. Default: where upstream's strategy does it —
   * kinds with a `spec` and a `/status`, minus pods, services, nodes… (see each file).
   */
  readonly tracksGeneration?: boolean;
  /** The parts (top-level fields) whose change raises the generation. Default `['spec']`. */
  readonly generationFields?: readonly string[];
  /** For `/status`. May mutate: keeps what a status write may not change beyond spec and metadata, which are kept already. */
  prepareForStatusUpdate?(object: KubeObject, old: Readonly<KubeObject>, context: StrategyContext): void;
  validateStatusUpdate?(
    object: Readonly<KubeObject>,
    old: Readonly<KubeObject>,
    context: StrategyContext,
  ): FieldError[];
  /**
   * Seconds that a deletion waits (`metadata.deletionGracePeriodSeconds`); `undefined`: deletes at once. `asked` is what
   * DeleteOptions say. Mirrors RESTGracefulDeleteStrategy.CheckGracefulDelete; pods only, so far.
   */
  gracePeriodSeconds?(object: Readonly<KubeObject>, asked: number | undefined): number | undefined;
  /** What becomes of dependents when the DeleteOptions don't say. Default `background`. */
  readonly defaultGarbageCollection?: 'background' | 'orphan';
}
