/**
 * Pods keep to the Pod Security Standards that their namespace's labels name; who writes controllers of pods that won't is warned. Mirrors
 * pod-security-admission admission, v1.36, with its default configuration: nothing is enforced without labels, and nobody is exempt.
 */
import * as field from '../../api/field-error.ts';
import { isJsonObject, type JsonObject } from '../../api/json.ts';
import { objectAt, objectsAt, textAt } from '../../api/json-fields.ts';
import type { KubeObject } from '../../api/object.ts';
import { findingsText, securityFindings } from '../../api/pod-security/findings.ts';
import type { CheckedPod } from '../../api/pod-security/check.ts';
import {
  compareLevels,
  levelProblem,
  parseLevel,
  parseStandardVersion,
  sameStandard,
  standardText,
  versionProblem,
  type SecurityStandard,
} from '../../api/pod-security/standard.ts';
import { newForbidden, newInvalid } from '../../api/status.ts';
import { jsonOf } from '../registry/resources/fields.ts';
import type { ClusterReader } from './cluster-reader.ts';
import type { AdmissionAttributes, AdmissionPlugin } from './plugin.ts';

const prefix = 'pod-security.kubernetes.io/';
/** Where a resource has the pods that it makes: fields down to the template; a pod is its own. */
const templates: Readonly<Record<string, readonly string[]>> = {
  '/pods': [],
  '/podtemplates': ['template'],
  '/replicationcontrollers': ['spec', 'template'],
  'apps/replicasets': ['spec', 'template'],
  'apps/deployments': ['spec', 'template'],
  'apps/statefulsets': ['spec', 'template'],
  'apps/daemonsets': ['spec', 'template'],
  'batch/jobs': ['spec', 'template'],
  'batch/cronjobs': ['spec', 'jobTemplate', 'spec', 'template'],
};
/** Subresources that change nothing of what a pod may do. */
const harmless = new Set(['exec', 'attach', 'binding', 'eviction', 'log', 'portforward', 'proxy', 'status']);
const podsCheckedMax = 3000;

interface NamespacePolicy {
  readonly enforce: SecurityStandard;
  readonly warn: SecurityStandard;
  /** What the labels say that can't be read. */
  readonly errors: readonly field.FieldError[];
}

export function podSecurityAdmission(cluster: ClusterReader): AdmissionPlugin {
  return {
    name: 'PodSecurity',
    handles: ({ operation, resource, subresource }) => {
      if (operation !== 'CREATE' && operation !== 'UPDATE') return false;
      const { group, resource: plural } = resource.gr;
      if (group === '' && plural === 'namespaces') return subresource === '';
      if (group === '' && plural === 'pods') return !harmless.has(subresource);
      return subresource === '' && Object.hasOwn(templates, `${group}/${plural}`);
    },
    async validate(attributes) {
      const { object, resource, namespace } = attributes;
      if (!object) return;
      if (resource.gr.resource === 'namespaces') return validateNamespace(attributes, object, cluster);
      const found = await cluster.find('', 'namespaces', '', namespace);
      // Nothing is written into a namespace that isn't there.
      const policy = policyOf(found?.metadata.labels);
      if (resource.gr.resource === 'pods') validatePod(attributes, object, policy);
      else validateController(attributes, object, policy);
    },
  };
}

const privileged: SecurityStandard = { level: 'privileged', version: 'latest' };

/** Labels that can't be read ask for what is strictest of enforcing, and for nothing of warning. Mirrors api.PolicyToEvaluate. */
function policyOf(labels: Readonly<Record<string, string>> = {}): NamespacePolicy {
  const errors: field.FieldError[] = [];
  const read = <T>(name: string, parse: (text: string) => T | undefined, problem: string): T | 'wrong' | undefined => {
    const key = `${prefix}${name}`;
    const text = Object.hasOwn(labels, key) ? labels[key] : undefined;
    if (text === undefined) return undefined;
    const parsed = parse(text);
    if (parsed === undefined) errors.push(field.invalid(`metadata.labels[${key}]`, text, problem));
    return parsed ?? 'wrong';
  };
  const standard = (mode: string, whenWrong: SecurityStandard['level']) => {
    const level = read(mode, parseLevel, levelProblem);
    const version = read(`${mode}-version`, parseStandardVersion, versionProblem);
    return {
      isSaid: level !== undefined,
      isRead: level !== undefined && level !== 'wrong',
      hasVersion: version !== undefined,
      level: level === 'wrong' ? whenWrong : (level ?? 'privileged'),
      version: version === 'wrong' ? ('latest' as const) : (version ?? 'latest'),
    };
  };
  const enforce = standard('enforce', 'restricted');
  // What is audited goes nowhere here; what is wrong with it is said.
  standard('audit', 'privileged');
  const warn = standard('warn', 'privileged');
  const follows = !warn.isSaid && enforce.isRead && compareLevels(enforce.level, warn.level) > 0;
  const warned = follows ? { level: enforce.level, version: warn.hasVersion ? warn.version : enforce.version } : warn;
  return {
    enforce: { level: enforce.level, version: enforce.version },
    warn: { level: warned.level, version: warned.version },
    errors,
  };
}

async function validateNamespace(
  { operation, old, warnings, resource }: AdmissionAttributes,
  object: Readonly<KubeObject>,
  cluster: ClusterReader,
): Promise<void> {
  const policy = policyOf(object.metadata.labels);
  const { name = '' } = object.metadata;
  const before = operation === 'UPDATE' && old ? policyOf(old.metadata.labels) : undefined;
  const isKnown = before && JSON.stringify(before.errors) === JSON.stringify(policy.errors);
  if (policy.errors.length > 0 && !isKnown)
    throw newInvalid({ group: resource.gr.group, kind: resource.kind }, name, policy.errors);
  if (!before || sameStandard(before.enforce, policy.enforce) || policy.enforce.level === 'privileged') return;
  const isRelaxed =
    before.enforce.version === policy.enforce.version && compareLevels(policy.enforce.level, before.enforce.level) < 1;
  if (isRelaxed) return;
  const pods = await cluster.list('', 'pods', name);
  warnings.push(...warningsOfPods(name, policy.enforce, pods));
}

/** Of what runs there already and would not be let in any more. Mirrors EvaluatePodsInNamespace. */
function warningsOfPods(
  namespace: string,
  enforce: SecurityStandard,
  pods: readonly Readonly<KubeObject>[],
): readonly string[] {
  const checked = oneOfEachControllerFirst(pods).slice(0, podsCheckedMax);
  const byReasons = new Map<string, string[]>();
  for (const pod of checked) {
    const reasons = securityFindings(enforce, checkedPod(jsonOf(pod)))
      .map(({ reason }) => reason)
      .join(', ');
    if (reasons !== '') byReasons.set(reasons, [...(byReasons.get(reasons) ?? []), pod.metadata.name ?? '']);
  }
  const told = [...byReasons].map(([reasons, names]) => {
    const [first = ''] = names.toSorted();
    const others = names.length - 1;
    const more = others === 0 ? '' : ` (and ${others} other ${others === 1 ? 'pod' : 'pods'})`;
    return `${first}${more}: ${reasons}`;
  });
  const standard = standardText(enforce);
  return [
    ...(checked.length < pods.length
      ? [
          `new PodSecurity enforce level only checked against the first ${checked.length} of ${pods.length} existing pods`,
        ]
      : []),
    ...(told.length > 0
      ? [`existing pods in namespace "${namespace}" violate the new PodSecurity enforce level "${standard}"`]
      : []),
    ...told.toSorted(),
  ];
}

function oneOfEachControllerFirst(pods: readonly Readonly<KubeObject>[]): readonly Readonly<KubeObject>[] {
  const seen = new Set<string>();
  const isRepeated = ({ metadata }: Readonly<KubeObject>): boolean => {
    const controller = metadata.ownerReferences?.find((owner) => owner.controller === true)?.uid;
    if (controller === undefined) return false;
    const isKnown = seen.has(controller);
    seen.add(controller);
    return isKnown;
  };
  const [first, repeated]: [Readonly<KubeObject>[], Readonly<KubeObject>[]] = [[], []];
  for (const pod of pods) (isRepeated(pod) ? repeated : first).push(pod);
  return [...first, ...repeated];
}

function validatePod(attributes: AdmissionAttributes, object: Readonly<KubeObject>, policy: NamespacePolicy): void {
  const { operation, old, resource, name } = attributes;
  const isFree = policy.errors.length === 0 && isPrivileged(policy.enforce) && isPrivileged(policy.warn);
  if (isFree) return;
  if (operation === 'UPDATE' && old && !isSignificant(jsonOf(object), jsonOf(old))) return;
  const pod = checkedPod(jsonOf(object));
  const findings = securityFindings(policy.enforce, pod);
  if (findings.length === 0) return warn(attributes, pod, policy.warn);
  const text = `violates PodSecurity "${standardText(policy.enforce)}": ${findingsText(findings)}`;
  throw newForbidden(resource.gr, name || (object.metadata.name ?? ''), text);
}

function validateController(
  attributes: AdmissionAttributes,
  object: Readonly<KubeObject>,
  policy: NamespacePolicy,
): void {
  const { group, resource } = attributes.resource.gr;
  let template: JsonObject | undefined = jsonOf(object);
  for (const name of templates[`${group}/${resource}`] ?? []) template = objectAt(template, name);
  if (template && isJsonObject(template['spec'])) warn(attributes, checkedPod(template), policy.warn);
}

function warn({ warnings }: AdmissionAttributes, pod: CheckedPod, standard: SecurityStandard): void {
  const findings = securityFindings(standard, pod);
  if (findings.length === 0) return;
  warnings.push(`would violate PodSecurity "${standardText(standard)}": ${findingsText(findings)}`);
}

function isPrivileged({ level }: SecurityStandard): boolean {
  return level === privileged.level;
}

/** Of a pod, or of a template of pods. */
function checkedPod(of: JsonObject): CheckedPod {
  const annotations = objectAt(objectAt(of, 'metadata'), 'annotations') ?? {};
  return {
    annotations: Object.fromEntries(Object.keys(annotations).map((key) => [key, textAt(annotations, key)])),
    spec: objectAt(of, 'spec') ?? {},
  };
}

/** Whether an update may have changed what is checked: other images, or containers that weren't there. Mirrors isSignificantPodUpdate. */
function isSignificant(pod: JsonObject, old: JsonObject): boolean {
  const containers = (of: JsonObject, list: string): JsonObject[] => objectsAt(objectAt(of, 'spec'), list);
  const ofSame = ['containers', 'initContainers'].some((list) => {
    const [now, before] = [containers(pod, list), containers(old, list)];
    if (now.length !== before.length) return true;
    return now.some((container, index) => textAt(container, 'image') !== textAt(before[index], 'image'));
  });
  if (ofSame) return true;
  const before = containers(old, 'ephemeralContainers');
  return containers(pod, 'ephemeralContainers').some((container) => {
    const known = before.find((other) => textAt(other, 'name') === textAt(container, 'name'));
    return !known || textAt(known, 'image') !== textAt(container, 'image');
  });
}
