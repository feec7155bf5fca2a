/** Pairs of a tenant's object and its copy: what goes to the host, as one reads it. */
import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { test } from 'node:test';
import { parse } from 'yaml';
import type { KubeObject } from '../api/object.ts';
import { markOn, nameOn, type On } from '../api/side.ts';
import { copyClaim } from './claims.ts';
import { copyDisruptionBudget } from './disruptionbudgets.ts';
import { copyEndpoints, copySlice } from './endpoints.ts';
import { copyIngress } from './ingresses.ts';
import { placeOf, type Place } from './marks.ts';
import { copyPriorityClass } from './priorityclasses.ts';
import { copyServiceAccount } from './serviceaccounts.ts';
import { copyStorageClass } from './storageclasses.ts';
import { copyNetworkPolicy } from './networkpolicies.ts';

const goldens = new URL('../../test/golden/', import.meta.url);
const place = placeOf({ tenant: 'demo', hostNamespace: 'sublet-demo' });

type Copy = (place: Place, object: On<'tenant', KubeObject>) => On<'host', KubeObject>;

const kinds: Readonly<Record<string, Copy>> = {
  persistentvolumeclaims: copyClaim,
  endpoints: copyEndpoints,
  endpointslices: copySlice,
  ingresses: copyIngress,
  networkpolicies: (place, policy) =>
    copyNetworkPolicy({ place, namespacesSelectedBy: () => [nameOn('tenant', 'back')] }, policy),
  poddisruptionbudgets: copyDisruptionBudget,
  priorityclasses: copyPriorityClass,
  serviceaccounts: copyServiceAccount,
  storageclasses: copyStorageClass,
};

function read(path: string): KubeObject {
  // A golden file holds one object.
  return parse(readFileSync(new URL(path, goldens), 'utf8')) as KubeObject;
}

/** The digest of what may change is an internal matter: goldens leave it out. */
function withoutDigest(object: KubeObject): KubeObject {
  const { ['sublet.dev/changeable']: _, ...annotations } = object.metadata.annotations ?? {};
  return { ...object, metadata: { ...object.metadata, annotations } };
}

for (const [plural, copy] of Object.entries(kinds)) {
  for (const name of readdirSync(new URL(plural, goldens))) {
    test(`golden: ${plural}, ${name}`, () => {
      const made = copy(place, markOn('tenant', read(`${plural}/${name}/tenant.yaml`)));
      assert.deepEqual(withoutDigest(made), read(`${plural}/${name}/host.yaml`));
    });
  }
}
