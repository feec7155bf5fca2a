/** Mirrors validateContainers, validateInitContainers and validateContainerCommon, v1.36. */
import * as field from '../../../../../api/field-error.ts';
import type { FieldError, Path } from '../../../../../api/field-error.ts';
import { label, oneOf, required, requiredOneOf } from '../../checks.ts';
import { validateEnv, validateEnvFrom } from './env.ts';
import { validateDevices, validateMounts, type Volumes } from './mounts.ts';
import type { Container, PodSpec } from './pod-spec-view.ts';
import { validateHostPorts, validatePorts } from './ports.ts';
import { validateLifecycle, validateProbes } from './probes.ts';
import { validateContainerResources } from './resources.ts';
import { validateSecurityContext } from './security-context.ts';

/** What containers are checked against. */
export interface ContainerContext {
  readonly spec: PodSpec;
  readonly volumes: Volumes;
  /** Names of the pod's resource claims. */
  readonly claims: ReadonlySet<string>;
}

export function validateContainers(context: ContainerContext, path: Path): FieldError[] {
  const { containers = [], terminationGracePeriodSeconds: gracePeriod, os } = context.spec;
  if (containers.length === 0) return [field.required(path, '')];
  const names = new Set<string>();
  const errors = containers.flatMap((container, index) => {
    const place = path.index(index);
    const name = container.name ?? '';
    const own = validateCommon(container, context, place);
    if (names.has(name)) own.push(field.duplicate(place.child('name'), name));
    names.add(name);
    return [
      ...own,
      ...validateLifecycle(container.lifecycle, gracePeriod, os?.name, place.child('lifecycle')),
      ...validateProbes(container, gracePeriod, place),
      ...validateRestartPolicy(container, place),
    ];
  });
  return [...errors, ...validateHostPorts(containers, path)];
}

export function validateInitContainers(context: ContainerContext, path: Path): FieldError[] {
  const { containers = [], initContainers = [] } = context.spec;
  const names = new Set(containers.map(({ name = '' }) => name));
  return initContainers.flatMap((container, index) => {
    const place = path.index(index);
    const name = container.name ?? '';
    const errors = [...validateCommon(container, context, place), ...validateRestartPolicy(container, place)];
    if (names.has(name)) errors.push(field.duplicate(place.child('name'), name));
    else if (name !== '') names.add(name);
    return [...errors, ...validateHostPorts([container], path), ...validateSidecarParts(container, context, place)];
  });
}

const notEphemeral = [
  'ports',
  'resources',
  'livenessProbe',
  'readinessProbe',
  'startupProbe',
  'lifecycle',
  'resizePolicy',
  'restartPolicy',
  'restartPolicyRules',
] as const;

export function validateEphemeralContainers(context: ContainerContext, path: Path): FieldError[] {
  const { containers = [], initContainers = [], ephemeralContainers = [] } = context.spec;
  const others = new Set([...containers, ...initContainers].map(({ name = '' }) => name));
  const names = new Set(others);
  const text = 'cannot be set for an Ephemeral Container';
  return ephemeralContainers.flatMap((container, index) => {
    const place = path.index(index);
    const { name = '', targetContainerName: target = '' } = container;
    const errors = [...validateCommon(container, context, place), ...validateImageText(container, place)];
    if (names.has(name)) errors.push(field.duplicate(place.child('name'), name));
    names.add(name);
    if (target !== '' && !others.has(target)) errors.push(field.notFound(place.child('targetContainerName'), target));
    for (const key of notEphemeral) {
      const value: unknown = container[key];
      const empty = value === undefined || (typeof value === 'object' && Object.keys(value ?? {}).length === 0);
      if (!empty) errors.push(field.forbidden(place.child(key), text));
    }
    for (const [mountIndex, mount] of (container.volumeMounts ?? []).entries()) {
      const mountPlace = place.child('volumeMounts').index(mountIndex);
      if (mount.subPath) errors.push(field.forbidden(mountPlace.child('subPath'), text));
      if (mount.subPathExpr) errors.push(field.forbidden(mountPlace.child('subPathExpr'), text));
    }
    return errors;
  });
}

/** Of pods; templates may hold images that are filled in later. */
export function validateImageText({ image = '' }: Container, path: Path): FieldError[] {
  if (image.trim() === image) return [];
  return [field.invalid(path.child('image'), image, 'must not have leading or trailing whitespace')];
}

function validateCommon(container: Container, context: ContainerContext, path: Path): FieldError[] {
  const { name = '', image, resources = {} } = container;
  const hostUsers = context.spec.hostUsers ?? true;
  return [
    ...(name === '' ? [field.required(path.child('name'), '')] : label(name, path.child('name'))),
    ...required(image, path.child('image')),
    ...requiredOneOf(container.terminationMessagePolicy, path.child('terminationMessagePolicy'), [
      'File',
      'FallbackToLogsOnError',
    ]),
    ...validatePorts(container.ports ?? [], path.child('ports')),
    ...validateEnv(container.env ?? [], path.child('env')),
    ...validateEnvFrom(container.envFrom ?? [], path.child('envFrom')),
    ...validateMounts(container, context.volumes, path.child('volumeMounts')),
    ...validateDevices(container, context.volumes, path.child('volumeDevices')),
    ...requiredOneOf(container.imagePullPolicy, path.child('imagePullPolicy'), ['Always', 'IfNotPresent', 'Never']),
    ...validateContainerResources(resources, context.claims, path.child('resources')),
    ...validateResizePolicy(container, context.spec.restartPolicy, path.child('resizePolicy')),
    ...validateSecurityContext(container.securityContext, hostUsers, path.child('securityContext')),
  ];
}

function validateResizePolicy(
  { resizePolicy = [] }: Container,
  podPolicy: string | undefined,
  path: Path,
): FieldError[] {
  const seen = new Set<string>();
  return resizePolicy.flatMap(({ resourceName = '', restartPolicy = '' }, index) => {
    const errors: FieldError[] = [];
    if (seen.has(resourceName)) errors.push(field.duplicate(path.index(index), resourceName));
    seen.add(resourceName);
    errors.push(...requiredOneOf(resourceName, path, ['cpu', 'memory']));
    errors.push(...requiredOneOf(restartPolicy, path, ['NotRequired', 'RestartContainer']));
    if (podPolicy === 'Never' && restartPolicy !== 'NotRequired') {
      const text = "must be 'NotRequired' when pod `restartPolicy` is 'Never'";
      errors.push(field.invalid(path, restartPolicy, text));
    }
    return errors;
  });
}

const rulesMax = 20;
const exitCodesMax = 255;
const restartPolicies = ['Always', 'Never', 'OnFailure'];
const ruleActions = ['Restart', 'RestartAllContainers'];

function validateRestartPolicy({ restartPolicy, restartPolicyRules: rules = [] }: Container, path: Path): FieldError[] {
  const place = path.child('restartPolicy');
  const errors: FieldError[] = [];
  if (restartPolicy === undefined) {
    if (rules.length === 0) return [];
    errors.push(field.required(place, 'must specify restartPolicy when restart rules are used'));
  } else errors.push(...oneOf(restartPolicy, place, restartPolicies));
  const rulesPath = path.child('restartPolicyRules');
  if (rules.length > rulesMax) errors.push(field.tooMany(rulesPath, rules.length, rulesMax));
  for (const [index, { action = '', exitCodes }] of rules.entries()) {
    const rulePath = rulesPath.index(index);
    errors.push(...oneOf(action, rulePath.child('action'), ruleActions));
    if (exitCodes) {
      const codes = exitCodes.values ?? [];
      errors.push(...oneOf(exitCodes.operator ?? '', rulePath.child('exitCodes', 'operator'), ['In', 'NotIn']));
      if (codes.length > exitCodesMax) {
        errors.push(field.tooMany(rulePath.child('exitCodes', 'values'), codes.length, exitCodesMax));
      }
    } else errors.push(field.required(rulePath.child('exitCodes'), 'must be specified'));
  }
  return errors;
}

/** Only those that are always restarted run beside the others. */
function validateSidecarParts(container: Container, { spec }: ContainerContext, path: Path): FieldError[] {
  const gracePeriod = spec.terminationGracePeriodSeconds;
  if (container.restartPolicy === 'Always') {
    return [
      ...validateLifecycle(container.lifecycle, gracePeriod, spec.os?.name, path.child('lifecycle')),
      ...validateProbes(container, gracePeriod, path),
    ];
  }
  const parts = ['lifecycle', 'livenessProbe', 'readinessProbe', 'startupProbe'] as const;
  const text = 'may not be set for init containers without restartPolicy=Always';
  const errors = parts.flatMap((name) => (container[name] ? [field.forbidden(path.child(name), text)] : []));
  for (const [index, { restartPolicy }] of (container.resizePolicy ?? []).entries()) {
    if (restartPolicy !== 'RestartContainer') continue;
    const detail = "must not be set to 'RestartContainer' for non-sidecar initContainers";
    errors.push(field.invalid(path.child('resizePolicy').index(index).child('restartPolicy'), restartPolicy, detail));
  }
  return errors;
}
