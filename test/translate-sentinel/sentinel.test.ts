/**
 * What of a tenant's object gets to the host, field by field: an object in which every string is a marked text is translated, and each mark may
 * appear only where the list beside this file says. A new field of Kubernetes fails here until somebody has thought about it: does it name
 * something (then it must be renamed or dropped), or is it the tenant's own affair?
 *
 * Lines of a list: `PATH` passes as it is; `PATH → renamed` is the host name of what it names; `PATH → PATH` turns up elsewhere, `(within)` when it
 * is a part of that text.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { KubeObject } from '../../src/api/object.ts';
import { markOn, nameOn, type On } from '../../src/api/side.ts';
import { copyClaim } from '../../src/translate/claims.ts';
import { copyConfigMap, copySecret } from '../../src/translate/configuration.ts';
import { copyDisruptionBudget } from '../../src/translate/disruptionbudgets.ts';
import { copyEndpoints, copySlice } from '../../src/translate/endpoints.ts';
import { copyIngress } from '../../src/translate/ingresses.ts';
import { placeOf, type Place } from '../../src/translate/marks.ts';
import { copyNetworkPolicy } from '../../src/translate/networkpolicies.ts';
import { hostName } from '../../src/translate/names.ts';
import { copyPod } from '../../src/translate/pods/pod.ts';
import { copyService } from '../../src/translate/services.ts';
import { markedObject, marksIn, textsOf } from './marked-object.ts';

const place = placeOf({ tenant: 'demo', hostNamespace: 'host-namespace' });

type Translate = (place: Place, object: On<'tenant', KubeObject>) => On<'host', KubeObject>;

const kinds: Readonly<Record<string, Translate>> = {
  Pod: (place, pod) => copyPod({ place, namespacesSelectedBy: () => [nameOn('tenant', 'selected')] }, pod),
  Service: copyService,
  ConfigMap: copyConfigMap,
  Secret: copySecret,
  PersistentVolumeClaim: copyClaim,
  Endpoints: copyEndpoints,
  EndpointSlice: copySlice,
  Ingress: copyIngress,
  NetworkPolicy: (place, policy) =>
    copyNetworkPolicy({ place, namespacesSelectedBy: () => [nameOn('tenant', 'selected')] }, policy),
  PodDisruptionBudget: copyDisruptionBudget,
};

/** Of those that are not of the core. */
const groups: Readonly<Record<string, string>> = {
  EndpointSlice: 'discovery.k8s.io',
  Ingress: 'networking.k8s.io',
  NetworkPolicy: 'networking.k8s.io',
  PodDisruptionBudget: 'policy',
};

/** Where the marks of a kind have got to, as the lists say it. */
function appearances(kind: string, translate: Translate): string[] {
  const { object, paths } = markedObject(kind, groups[kind]);
  const { namespace = '' } = object.metadata;
  const found = new Set<string>();
  for (const [path, text] of textsOf(translate(place, markOn('tenant', object)))) {
    for (const mark of marksIn(text)) {
      const from = paths.get(mark) ?? 'nowhere';
      const renamed = text === hostName(place.tenant, nameOn('tenant', namespace), nameOn('tenant', mark));
      if (renamed && from === path) found.add(`${from} → renamed`);
      // The namespace is a part of every host name.
      else if (from === 'metadata.namespace' && text !== mark) continue;
      else if (text !== mark) found.add(`${from} → ${path} (within)`);
      else found.add(from === path ? from : `${from} → ${path}`);
    }
  }
  return [...found].toSorted();
}

for (const [kind, translate] of Object.entries(kinds)) {
  test(`what of a ${kind} gets to the host is on the list`, () => {
    const list = readFileSync(join(import.meta.dirname, `${kind.toLowerCase()}.txt`), 'utf8');
    assert.deepEqual(appearances(kind, translate), list.trimEnd().split('\n'));
  });
}
