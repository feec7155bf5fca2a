/** In which order groups and their versions stand. Mirrors kubernetes controlplane/apiserver aggregator.go priorities, v1.36. */

const groupPriorities: Readonly<Record<string, number>> = {
  '': 18000,
  'apiregistration.k8s.io': 20000,
  apps: 17800,
  'events.k8s.io': 17750,
  'authentication.k8s.io': 17700,
  'authorization.k8s.io': 17600,
  autoscaling: 17500,
  batch: 17400,
  'certificates.k8s.io': 17300,
  'networking.k8s.io': 17200,
  policy: 17100,
  'rbac.authorization.k8s.io': 17000,
  'storage.k8s.io': 16800,
  'apiextensions.k8s.io': 16700,
  'admissionregistration.k8s.io': 16700,
  'scheduling.k8s.io': 16600,
  'coordination.k8s.io': 16500,
  'node.k8s.io': 16300,
  'discovery.k8s.io': 16200,
  'resource.k8s.io': 16200,
  'flowcontrol.apiserver.k8s.io': 16100,
};

/** Of custom resources. Mirrors kube-aggregator's crdRegistration. */
const customGroupPriority = 1000;

/** Of the versions of built-in groups that are not 15. */
const versionPriorities: Readonly<Record<string, number>> = {
  'v1.': 1,
  'v2.autoscaling': 30,
  'v1.flowcontrol.apiserver.k8s.io': 21,
  'v1.resource.k8s.io': 21,
};
const builtinVersionPriority = 15;
const customVersionPriority = 100;

/** What an APIService says: of a group (its greatest counts), and of the version in it. The greater stands first. */
export interface Priority {
  readonly group: number;
  readonly version: number;
}

/** Whether the group has kinds that are built in. */
export function isBuiltinGroup(group: string): boolean {
  return Object.hasOwn(groupPriorities, group);
}

/** Of a group version for which no APIService says it. */
export function defaultPriority(group: string, version: string): Priority {
  if (!Object.hasOwn(groupPriorities, group)) return { group: customGroupPriority, version: customVersionPriority };
  const name = `${version}.${group}`;
  const own = Object.hasOwn(versionPriorities, name) ? versionPriorities[name] : undefined;
  return { group: groupPriorities[group] ?? 0, version: own ?? builtinVersionPriority };
}

/**
 * `v2` before `v1` before `v1beta1` before `v1alpha1` before anything else. Mirrors apimachinery version.CompareKubeAwareVersionStrings;
 * the priorities of the built-in groups say the same.
 */
export function compareVersions(left: string, right: string): number {
  const [leftRank, rightRank] = [versionRank(left), versionRank(right)];
  if (!leftRank || !rightRank) {
    if (leftRank) return -1;
    if (rightRank) return 1;
    return left < right ? -1 : left > right ? 1 : 0;
  }
  for (let part = 0; part < leftRank.length; part++) {
    const difference = (rightRank[part] ?? 0) - (leftRank[part] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

/** Stability, major, minor. */
function versionRank(version: string): readonly [number, number, number] | undefined {
  const match = /^v([1-9][0-9]{0,8})(?:(alpha|beta)([1-9][0-9]{0,8}))?$/.exec(version);
  if (!match) return undefined;
  const [, major, stability, minor] = match;
  return [stability === undefined ? 2 : stability === 'beta' ? 1 : 0, Number(major), Number(minor ?? 0)];
}
