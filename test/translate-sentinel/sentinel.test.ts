/**
 * What of a tenant's object gets to the host, field by field: an object in which every string is a marked text and every number one of its own is
 * translated, and each may appear only where the list beside this file says. A new field of Kubernetes fails here until somebody has thought about it:
 * does it name something (then it must be renamed or dropped), or is it the tenant's own affair?
 *
 * Lines of a list, on which every field stands: `PATH` passes as it is; `PATH → renamed` is the host name of what it names; `PATH → PATH` turns up
 * elsewhere, `(within)` when it is a part of that text; `PATH → nowhere`.
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
import { translatePod } from '../../src/translate/pods/pod.ts';
import { viewPod } from '../../src/translate/pods/pod-view.ts';
import { copyPriorityClass } from '../../src/translate/priorityclasses.ts';
import { copyServiceAccount } from '../../src/translate/serviceaccounts.ts';
import { copyStorageClass } from '../../src/translate/storageclasses.ts';
import { copyService } from '../../src/translate/services.ts';
import { leavesOf, markedObject, marksIn } from './marked-object.ts';

const place = placeOf({ tenant: 'demo', hostNamespace: 'host-namespace' });

type Translate = (place: Place, object: On<'tenant', KubeObject>) => On<'host', KubeObject>;

const kinds: Readonly<Record<string, Translate>> = {
  Pod: (place, pod) => {
    const context = { place, namespacesSelectedBy: () => [nameOn('tenant', 'selected')] };
    const { copy, ephemeralContainers } = translatePod(context, pod);
    // They follow when the pod runs.
    return markOn('host', { ...copy, spec: { ...viewPod(copy).spec, ephemeralContainers: [...ephemeralContainers] } });
  },
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
  ServiceAccount: copyServiceAccount,
  PriorityClass: copyPriorityClass,
  StorageClass: copyStorageClass,
};

/** Of those that are not of the core. */
const groups: Readonly<Record<string, string>> = {
  EndpointSlice: 'discovery.k8s.io',
  Ingress: 'networking.k8s.io',
  NetworkPolicy: 'networking.k8s.io',
  PodDisruptionBudget: 'policy',
  PriorityClass: 'scheduling.k8s.io',
  StorageClass: 'storage.k8s.io',
};

/** What an API server keeps for itself, or makes of what is written. */
const ofServers =
  /^(?:apiVersion$|kind$|status|metadata\.deletionTimestamp|metadata\.managedFields|metadata\.ownerReferences|metadata\.(?:creationTimestamp|generateName|selfLink|resourceVersion|generation|deletionGracePeriodSeconds|finalizers))\b/;

/** Where the marks of a kind have got to, as the lists say it. */
function appearances(kind: string, translate: Translate): string[] {
  const { object, paths, numbers, truths } = markedObject(kind, groups[kind]);
  const { namespace = '' } = object.metadata;
  const found = new Set<string>();
  const gone = new Set([...paths.values(), ...numbers.values(), ...truths]);
  const arrived = (from: string, line: string): void => {
    gone.delete(from);
    found.add(line);
  };
  for (const [path, leaf] of leavesOf(translate(place, markOn('tenant', object)))) {
    if (leaf === true) {
      if (truths.has(path)) arrived(path, path);
      continue;
    }
    if (typeof leaf === 'number') {
      const from = numbers.get(leaf);
      if (from !== undefined) arrived(from, from === path ? path : `${from} → ${path}`);
      continue;
    }
    for (const mark of marksIn(leaf)) {
      const from = paths.get(mark) ?? 'nowhere';
      const renamed = leaf === hostName(place.tenant, nameOn('tenant', namespace), nameOn('tenant', mark));
      if (renamed && from === path) arrived(from, `${from} → renamed`);
      // The namespace is a part of every host name.
      else if (from === 'metadata.namespace' && leaf !== mark) continue;
      else if (leaf !== mark) arrived(from, `${from} → ${path} (within)`);
      else arrived(from, from === path ? from : `${from} → ${path}`);
    }
  }
  for (const path of gone) if (!ofServers.test(path)) found.add(`${path} → nowhere`);
  return [...found].toSorted();
}

for (const [kind, translate] of Object.entries(kinds)) {
  test(`what of a ${kind} gets to the host is on the list`, () => {
    const list = readFileSync(join(import.meta.dirname, `${kind.toLowerCase()}.txt`), 'utf8');
    assert.deepEqual(appearances(kind, translate), list.trimEnd().split('\n'));
  });
}
