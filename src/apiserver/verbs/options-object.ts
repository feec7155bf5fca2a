/** The options of a write as one object, as admission sees them: CreateOptions, UpdateOptions, DeleteOptions of meta/v1. */
import type { JsonObject } from '../../api/json.ts';
import type { Operation } from '../admission/plugin.ts';
import type { DeleteOptions } from '../registry/delete-request.ts';

const apiVersion = 'meta.k8s.io/v1';

/** Patches have the options of updates. */
export function optionsInQuery(query: URLSearchParams, operation: Operation): JsonObject {
  const dryRun = query.getAll('dryRun');
  const fieldManager = query.get('fieldManager') ?? '';
  const fieldValidation = query.get('fieldValidation') ?? '';
  return {
    kind: operation === 'CREATE' ? 'CreateOptions' : 'UpdateOptions',
    apiVersion,
    ...(dryRun.length === 0 ? {} : { dryRun }),
    ...(fieldManager === '' ? {} : { fieldManager }),
    ...(fieldValidation === '' ? {} : { fieldValidation }),
  };
}

export function deleteOptionsObject(
  { gracePeriodSeconds, propagationPolicy, orphanDependents, uid, resourceVersion }: DeleteOptions,
  dryRun: boolean,
): JsonObject {
  const preconditions = {
    ...(uid === undefined ? {} : { uid }),
    ...(resourceVersion === undefined ? {} : { resourceVersion }),
  };
  return {
    kind: 'DeleteOptions',
    apiVersion,
    ...(gracePeriodSeconds === undefined ? {} : { gracePeriodSeconds }),
    ...(Object.keys(preconditions).length === 0 ? {} : { preconditions }),
    ...(orphanDependents === undefined ? {} : { orphanDependents }),
    ...(propagationPolicy === undefined ? {} : { propagationPolicy }),
    ...(dryRun ? { dryRun: ['All'] } : {}),
  };
}
