/**
 * Kinds that come from a CustomResourceDefinition: which version there is, and whether there is any, both sides say at run time. What a tenant's account
 * may do is known before: it is derived from these, too.
 */
import { parseLabelSelector } from '../../api/label-selector-parser.ts';
import { matchesLabels } from '../../api/label-requirement.ts';
import { equalJson, type JsonValue } from '../../api/json.ts';
import type { KubeObject } from '../../api/object.ts';
import type { On } from '../../api/side.ts';
import { copyCustom, tenantView, updatedCustomCopy, type CustomTarget } from '../../translate/custom/custom-copy.ts';
import type { ServedResource } from '../../translate/custom/definitions.ts';
import { PathError } from '../../translate/custom/field-path.ts';
import { namedBy } from '../../translate/custom/references.ts';
import { PatchError, type CustomRules } from '../../translate/custom/rules.ts';
import { nothingToDo, type Plan } from '../action.ts';
import { deletionOf, planCopy, type CopyRules } from '../copy-plan.ts';
import type { Followed, Observed, SyncedKind, View } from '../synced-kind.ts';

export interface DefinedKind {
  readonly group: string;
  readonly plural: string;
  /** Absent: the host's newest. */
  readonly version?: string;
  /** As its definition must have it. Default `Namespaced`. */
  readonly scope?: 'Cluster';
  /** Of the tenant's objects, as text: which of them go to the host. Default: all. */
  readonly selector?: string;
  readonly rules: CustomRules;
  readonly follows?: readonly Followed[];
  /** Why an object is not carried, beside what the rules say. */
  obstacle?(object: On<'tenant', KubeObject>, view: View): string | undefined;
}

export const definitions = { group: 'apiextensions.k8s.io', version: 'v1', resource: 'customresourcedefinitions' };

/** `crontabs.example.com`: what its definition is called. */
export function definitionName({ group, plural }: Pick<DefinedKind, 'group' | 'plural'>): string {
  return `${plural}.${group}`;
}

/** What the tenant's account must be allowed on the host, version and kind apart. */
export function rightsOf({
  group,
  plural,
  scope,
}: DefinedKind): Pick<SyncedKind, 'gvr' | 'kind' | 'scope' | 'hostVerbs'> {
  return {
    gvr: { group, version: '', resource: plural },
    kind: '',
    ...(scope === undefined ? {} : { scope }),
    hostVerbs: { '': ['get', 'list', 'watch', 'create', 'update', 'delete'] },
  };
}

/** The kind as both sides serve it. */
export function syncedKindOf(defined: DefinedKind, served: ServedResource): SyncedKind {
  const { rules, follows } = defined;
  const { gvr, kind } = served;
  const requirements = defined.selector === undefined ? undefined : parseLabelSelector(defined.selector);
  const isSelected = ({ metadata }: On<'tenant', KubeObject>): boolean =>
    requirements === undefined || matchesLabels(requirements, metadata.labels ?? {});
  return {
    ...rightsOf(defined),
    gvr,
    kind,
    names: (object) =>
      namedBy(object, rules.references).map(({ kind: named, namespace, name }) => ({
        kind: named,
        key: `${namespace}/${name}`,
      })),
    ...(follows ? { follows } : {}),
    plan: (key, observed, view) => {
      const target: CustomTarget = { place: view.place, rules, scope: defined.scope };
      const { tenant } = observed;
      if (!tenant || !isSelected(tenant)) return planCopy({ ...unwanted, gvr }, key, observed, view);
      try {
        const refusal = defined.obstacle?.(tenant, view);
        if (refusal !== undefined) return refused(observed, gvr, refusal);
        return planCopy(copyRules(target, served, observed), key, observed, view);
      } catch (error) {
        if (!(error instanceof PatchError) && !(error instanceof PathError)) throw error;
        return refused(observed, gvr, error.message);
      }
    },
  };
}

const unwanted: Omit<CopyRules, 'gvr'> = {
  wanted: () => false,
  copy: () => {
    throw new Error('what is not wanted has no copy');
  },
  updated: (current) => current,
};

function copyRules(target: CustomTarget, { gvr, hasStatus }: ServedResource, { host }: Observed): CopyRules {
  return {
    gvr,
    copy: (object) => copyCustom(target, object, host),
    updated: updatedCustomCopy,
    back: (object, copy) => {
      const { fields, status } = tenantView(target, object, copy);
      if (fields !== object) return [{ type: 'update-tenant', gvr, object: fields }];
      // Plain JSON; only `metadata` is an ObjectMeta.
      if (status === undefined || equalJson(status, object['status'] as JsonValue)) return [];
      const type = hasStatus ? 'update-tenant-status' : 'update-tenant';
      return [{ type, gvr, object: { ...object, status } }];
    },
  };
}

/** A copy that is there stays as it is: what its owner has just written may be a slip, and what runs on the host is worth more. */
function refused({ tenant, host, origin }: Observed, gvr: SyncedKind['gvr'], refusal: string): Plan {
  if (tenant?.metadata.deletionTimestamp !== undefined) return nothingToDo;
  const isOfAnother = host !== undefined && origin?.uid !== tenant?.metadata.uid;
  return { actions: isOfAnother ? [deletionOf(gvr, host)] : [], refusal };
}
