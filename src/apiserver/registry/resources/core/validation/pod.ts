/** Mirrors ValidatePodCreate and ValidatePodUpdate, v1.36. */
import * as field from '../../../../../api/field-error.ts';
import type { FieldError } from '../../../../../api/field-error.ts';
import { equalJson, type JsonObject, type JsonValue } from '../../../../../api/json.ts';
import { inRange } from '../../../../../api/names.ts';
import type { KubeObject } from '../../../../../api/object.ts';
import { messages, required } from '../../checks.ts';
import { jsonDifference } from '../../json-difference.ts';
import { objectAt, objectsAt } from '../../../../../api/json-fields.ts';
import { jsonOf } from '../../fields.ts';
import { viewAs } from '../../view.ts';
import { validateImageText } from './containers.ts';
import { validatePodSpec } from './pod-spec.ts';
import type { Container, PodSpec, Toleration } from './pod-spec-view.ts';
import { validateTolerations } from './tolerations.ts';

interface Pod {
  readonly metadata: KubeObject['metadata'];
  readonly spec?: PodSpec;
}

const specPath = field.path('spec');
const int32Max = 2_147_483_647;
const updatableText = `pod updates may not change fields other than ${[
  '`spec.containers[*].image`',
  '`spec.initContainers[*].image`',
  '`spec.activeDeadlineSeconds`',
  '`spec.tolerations` (only additions to existing tolerations)',
  '`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)',
].join(',')}`;

export function validatePod(pod: Readonly<KubeObject>): FieldError[] {
  const { spec = {} } = viewAs<Pod>(pod);
  const gated = (spec.schedulingGates?.length ?? 0) > 0;
  return [
    ...validateWhole(pod),
    ...((spec.ephemeralContainers?.length ?? 0) > 0
      ? [field.forbidden(specPath.child('ephemeralContainers'), 'cannot be set on create')]
      : []),
    ...(spec.nodeName && gated
      ? [field.forbidden(specPath.child('nodeName'), 'cannot be set until all schedulingGates have been cleared')]
      : []),
  ];
}

export function validatePodUpdate(pod: Readonly<KubeObject>, old: Readonly<KubeObject>): FieldError[] {
  const { spec = {} } = viewAs<Pod>(pod);
  const { spec: before = {} } = viewAs<Pod>(old);
  const errors = validateWhole(pod);
  for (const name of ['containers', 'initContainers'] as const) {
    const now = spec[name] ?? [];
    if (now.length !== (before[name] ?? []).length) {
      return [...errors, field.forbidden(specPath.child(name), 'pod updates may not add or remove containers')];
    }
    errors.push(...now.flatMap((container, index) => validateImage(container, name, index)));
  }
  const deadlineErrors = validateDeadline(spec, before);
  errors.push(...deadlineErrors.errors);
  if (deadlineErrors.final) return errors;
  errors.push(...validateAddedTolerations(spec.tolerations ?? [], before.tolerations ?? []));
  errors.push(...validateRemovedGates(spec, before));
  const wanted = objectAt(jsonOf(pod), 'spec') ?? {};
  const stood = objectAt(jsonOf(old), 'spec') ?? {};
  const munged = withUpdatableFieldsOf(wanted, stood);
  if (!equalJson(munged, stood))
    errors.push(field.forbidden(specPath, `${updatableText}\n${jsonDifference(stood, munged)}`));
  return errors;
}

/** Mirrors validatePodMetadataAndSpec. */
export function validateWhole(pod: Readonly<KubeObject>): FieldError[] {
  const { metadata, spec = {} } = viewAs<Pod>(pod);
  return [
    ...validatePodSpec(spec, { podName: metadata.name ?? '', isPod: true }, specPath),
    ...validateTokenSources(spec),
    ...(['containers', 'initContainers'] as const).flatMap((name) =>
      (spec[name] ?? []).flatMap((container, index) => validateImageText(container, specPath.child(name).index(index))),
    ),
  ];
}

function validateTokenSources({ serviceAccountName = '', volumes = [] }: PodSpec): FieldError[] {
  if (serviceAccountName !== '') return [];
  return volumes.flatMap(({ projected }, index) =>
    (projected?.sources ?? []).flatMap(({ serviceAccountToken }, source) => {
      if (!serviceAccountToken) return [];
      const place = specPath.child('volumes').index(index).child('projected', 'sources').index(source);
      const text = 'must not be specified when serviceAccountName is not set';
      return [field.forbidden(place.child('serviceAccountToken'), text)];
    }),
  );
}

function validateImage(container: Container, name: string, index: number): FieldError[] {
  const place = specPath.child(name).index(index);
  return [...required(container.image, place.child('image')), ...validateImageText(container, place)];
}

/** `final`: nothing more is checked. */
function validateDeadline(spec: PodSpec, before: PodSpec): { readonly errors: FieldError[]; readonly final: boolean } {
  const place = specPath.child('activeDeadlineSeconds');
  const now = spec.activeDeadlineSeconds;
  const was = before.activeDeadlineSeconds;
  if (now === undefined) {
    const text = 'must not update from a positive integer to nil value';
    return { errors: was === undefined ? [] : [field.invalid(place, null, text)], final: false };
  }
  const range = inRange(now, 0, int32Max);
  if (range.length > 0) return { errors: messages(place, now, range), final: true };
  if (was !== undefined && was < now) {
    return { errors: [field.invalid(place, now, 'must be less than or equal to previous value')], final: true };
  }
  return { errors: [], final: false };
}

function validateAddedTolerations(now: readonly Toleration[], was: readonly Toleration[]): FieldError[] {
  const place = specPath.child('tolerations');
  const kept = was.every((old) => now.some((one) => equalJson(withoutSeconds(one), withoutSeconds(old))));
  if (!kept) {
    return [field.forbidden(place, 'existing toleration can not be modified except its tolerationSeconds')];
  }
  return validateTolerations(now, place);
}

function withoutSeconds(toleration: Toleration): JsonValue {
  const { key, operator, value, effect } = toleration;
  return [key ?? null, operator ?? null, value ?? null, effect ?? null];
}

function validateRemovedGates({ schedulingGates = [] }: PodSpec, before: PodSpec): FieldError[] {
  const known = new Set(before.schedulingGates?.map(({ name = '' }) => name));
  return schedulingGates.flatMap(({ name = '' }, index) => {
    if (known.has(name)) return [];
    const text = `only deletion is allowed, but found new scheduling gate '${name}'`;
    return [field.forbidden(specPath.child('schedulingGates').index(index).child('name'), text)];
  });
}

/** The new spec, where everything that may change is as it was. */
function withUpdatableFieldsOf(spec: JsonObject, old: JsonObject): JsonObject {
  const munged = structuredClone(spec);
  for (const name of ['containers', 'initContainers']) {
    const before = objectsAt(old, name);
    for (const [index, container] of objectsAt(munged, name).entries()) {
      take(container, before[index] ?? {}, 'image');
    }
  }
  for (const name of ['activeDeadlineSeconds', 'schedulingGates', 'tolerations']) take(munged, old, name);
  const grace = 'terminationGracePeriodSeconds';
  const was = old[grace];
  if (typeof was === 'number' && was < 0 && munged[grace] === 1) munged[grace] = was;
  if (objectsAt(old, 'schedulingGates').length > 0) {
    // Where it may run is open until it is scheduled.
    take(munged, old, 'nodeSelector');
    const affinity = objectAt(munged, 'affinity');
    if (affinity) take(affinity, objectAt(old, 'affinity') ?? {}, 'nodeAffinity');
  }
  return munged;
}

function take(to: JsonObject, from: JsonObject, name: string): void {
  const value = from[name];
  if (value === undefined) delete to[name];
  else to[name] = value;
}
