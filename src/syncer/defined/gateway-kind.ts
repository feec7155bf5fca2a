/**
 * Kinds of the Gateway API, by the places in which they name others. A host knows its namespaces only, in one of which all of a tenant's are: what a
 * ReferenceGrant or a listener allows between namespaces it couldn't tell, so nothing goes across (hack/decisions/0030-further-kinds.md).
 */
import type { JsonValue } from '../../api/json.ts';
import type { KubeObject } from '../../api/object.ts';
import { parseFieldPath } from '../../translate/custom/field-path.ts';
import { noRules, type Patch, type Reference } from '../../translate/custom/rules.ts';
import type { DefinedKind } from '../custom/defined-kind.ts';
import type { View } from '../synced-kind.ts';
import { unknownNamingField } from './naming-fields.ts';

interface GatewayKind {
  readonly plural: string;
  /** Where names stand, without `.name`, and of what: `spec.parentRefs[*]`. */
  readonly names: readonly (readonly [path: string, kind: string])[];
  readonly toHost?: readonly Patch[];
  readonly obstacle?: (object: Readonly<KubeObject>, view: View) => string | undefined;
  readonly follows?: DefinedKind['follows'];
}

export function gatewayKind({ plural, names, toHost = [], obstacle, follows }: GatewayKind): DefinedKind {
  const references = names.map(([path, kind]): Reference => ({
    path: parseFieldPath(`${path}.name`),
    kind,
    namespaceField: 'namespace',
  }));
  const known = new Set(names.map(([path]) => path.replace(/\[\*\]$/, '')));
  return {
    group: 'gateway.networking.k8s.io',
    plural,
    rules: { ...noRules, references, toHost },
    ...(follows ? { follows } : {}),
    obstacle: (object, view) => {
      // Plain JSON; only `metadata` is an ObjectMeta.
      const unknown = unknownNamingField((object['spec'] ?? {}) as JsonValue, known);
      return unknown === undefined ? obstacle?.(object, view) : `its ${unknown} can't be carried there`;
    },
  };
}
