/** Going back to an earlier template, as an annotation of old API versions asks for it. Mirrors kubernetes pkg/controller/deployment rollback.go. Pure. */
import { isJsonObject, type JsonObject } from '../../api/json.ts';
import { sameTemplate, templateHashLabel } from '../../controller/template-hash.ts';
import type { ReplicaSet } from '../replicaset/replica-set.ts';
import { annotationsOfSet, byRevision, revisionOf, rollbackAnnotation } from './annotations.ts';
import type { Deployment } from './deployment.ts';

export interface Rollback {
  readonly kind: 'rollback';
  /** The Deployment's own from now on. */
  readonly annotations: Readonly<Record<string, string>>;
  /** Absent: it stays. */
  readonly template?: JsonObject;
  readonly event: { readonly type: 'Normal' | 'Warning'; readonly reason: string; readonly message: string };
}

/** `undefined`: nobody asks for it, or not in a way that is understood. `sets`: all of the Deployment. */
export function planRollback(deployment: Deployment, sets: readonly ReplicaSet[]): Rollback | undefined {
  const asked = deployment.metadata.annotations?.[rollbackAnnotation];
  if (asked === undefined || !/^[+-]?\d{1,19}$/.test(asked)) return undefined;
  const revision = BigInt(asked) === 0n ? lastRevision(sets) : BigInt(asked);
  if (revision === 0n) return notFound(deployment, 'Unable to find last revision.');
  const set = sets.find((each) => revisionOf(each) === revision);
  if (!set) return notFound(deployment, 'Unable to find the revision to rollback to.');
  const { name = '' } = deployment.metadata;
  // The JSON of a ReplicaSet.
  const template = set.template as JsonObject;
  if (sameTemplate(deployment.template, template)) {
    const message = `The rollback revision contains the same template as current deployment "${name}"`;
    return {
      ...giveUp(deployment),
      event: { type: 'Warning', reason: 'DeploymentRollbackTemplateUnchanged', message },
    };
  }
  return {
    kind: 'rollback',
    annotations: withoutRequest(annotationsOfSet(deployment, set)),
    template: withoutHash(template),
    event: {
      type: 'Normal',
      reason: 'DeploymentRollback',
      message: `Rolled back deployment "${name}" to revision ${revision}`,
    },
  };
}

/** The second greatest; 0 where there is none. */
function lastRevision(sets: readonly ReplicaSet[]): bigint {
  const second = sets.toSorted(byRevision).at(-2);
  return second ? revisionOf(second) : 0n;
}

function notFound(deployment: Deployment, message: string): Rollback {
  return { ...giveUp(deployment), event: { type: 'Warning', reason: 'DeploymentRollbackRevisionNotFound', message } };
}

function giveUp({ metadata }: Deployment): Omit<Rollback, 'event'> {
  return { kind: 'rollback', annotations: withoutRequest(metadata.annotations ?? {}) };
}

function withoutRequest(annotations: Readonly<Record<string, string>>): Record<string, string> {
  const { [rollbackAnnotation]: _request, ...others } = annotations;
  return others;
}

function withoutHash(template: JsonObject): JsonObject {
  const { metadata } = template;
  if (!isJsonObject(metadata) || !isJsonObject(metadata['labels'])) return template;
  const { [templateHashLabel]: _hash, ...labels } = metadata['labels'];
  return { ...template, metadata: { ...metadata, labels } };
}
