import type { Target } from './target.ts';
import type { WriteAdmission, WriteContext } from './write-context.ts';

/** meta/v1 DeleteOptions, validated. */
export interface DeleteOptions {
  readonly gracePeriodSeconds?: number;
  readonly propagationPolicy?: 'Orphan' | 'Background' | 'Foreground';
  readonly orphanDependents?: boolean;
  readonly uid?: string;
  readonly resourceVersion?: string;
}

export interface DeleteRequest extends Target {
  readonly options: DeleteOptions;
  readonly context: WriteContext;
  readonly admission: WriteAdmission;
}
