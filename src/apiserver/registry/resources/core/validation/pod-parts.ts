/** What may be done to a running pod by its subresources. Mirrors ValidatePodEphemeralContainersUpdate and ValidatePodResize, v1.36. */
import * as field from '../../../../../api/field-error.ts';
import type { FieldError, Path } from '../../../../../api/field-error.ts';
import { cloneJson, equalJson, type JsonObject } from '../../../../../api/json.ts';
import { objectAt, objectsAt, textAt } from '../../../../../api/json-fields.ts';
import type { KubeObject } from '../../../../../api/object.ts';
import { qualityOfService, type PodWithResources } from '../../../../../api/pod-quality.ts';
import { jsonOf } from '../../fields.ts';
import { jsonDifference } from '../../json-difference.ts';
import { viewAs } from '../../view.ts';
import { validateWhole } from './pod.ts';

const specPath = field.path('spec');
/** On pods that a node has of itself. */
const mirrorAnnotation = 'kubernetes.io/config.mirror';
const resizable = ['cpu', 'memory'];

export function validateEphemeralContainersUpdate(pod: Readonly<KubeObject>, old: Readonly<KubeObject>): FieldError[] {
  if (isMirror(old)) return [field.forbidden(field.path('[]'), 'static pods do not support ephemeral containers')];
  const errors = validateWhole(pod);
  const place = specPath.child('ephemeralContainers');
  const now = new Map(objectsAt(specOf(pod), 'ephemeralContainers').map((one) => [one['name'], one]));
  for (const before of objectsAt(specOf(old), 'ephemeralContainers')) {
    const kept = now.get(before['name']);
    const text = `existing ephemeral containers ${JSON.stringify(before['name'])} may not be`;
    if (!kept) errors.push(field.forbidden(place, `${text} removed\n`));
    else if (!equalJson(kept, before))
      errors.push(field.forbidden(place, `${text} changed\n${jsonDifference(before, kept)}`));
  }
  return errors;
}

export function validateResize(pod: Readonly<KubeObject>, old: Readonly<KubeObject>): FieldError[] {
  if (isMirror(old)) return [field.forbidden(field.path('[]'), 'static pods cannot be resized')];
  const [spec, before] = [specOf(pod), specOf(old)];
  if (textAt(objectAt(before, 'os') ?? {}, 'name') === 'windows')
    return [field.forbidden(field.path('[]'), 'windows pods cannot be resized')];
  const munged = cloneJson(spec);
  const errors = [
    ...validateWhole(pod),
    ...validateQuality(pod, old),
    ...validateNode(old),
    ...validatePodLevel(munged, spec, before),
    ...validateClaims(old),
  ];
  const order = validateOrder(spec, before);
  if (order.length > 0) return [...errors, ...order];
  errors.push(...validateRemoved(spec, before), ...validateContainers(munged, before));
  if (errors.length > 0 || equalJson(munged, before)) return errors;
  return [field.forbidden(specPath, 'only cpu and memory resources are mutable')];
}

function validateQuality(pod: Readonly<KubeObject>, old: Readonly<KubeObject>): FieldError[] {
  const stated = textAt(objectAt(jsonOf(old), 'status') ?? {}, 'qosClass');
  const was = stated === '' ? qualityOfService(viewAs<PodWithResources>(old)) : stated;
  if (was === qualityOfService(viewAs<PodWithResources>(pod))) return [];
  // Upstream shows what was sent.
  const shown = textAt(objectAt(jsonOf(pod), 'status') ?? {}, 'qosClass');
  return [field.invalid(specPath, shown, 'Pod QOS Class may not change as a result of resizing')];
}

/** A node that can resize says what its containers have. */
function validateNode(old: Readonly<KubeObject>): FieldError[] {
  const statuses = objectsAt(objectAt(jsonOf(old), 'status') ?? {}, 'containerStatuses');
  const running = statuses.find((status) => objectAt(objectAt(status, 'state') ?? {}, 'running'));
  if (!running || running['resources'] !== undefined) return [];
  return [field.forbidden(specPath, 'Pod running on node without support for resize')];
}

function validateClaims(old: Readonly<KubeObject>): FieldError[] {
  const claims = objectsAt(objectAt(jsonOf(old), 'status') ?? {}, 'nodeAllocatableResourceClaimStatuses');
  if (claims.length === 0) return [];
  return [field.forbidden(specPath, 'pods with node allocatable resource claims cannot be resized')];
}

/** Puts back in `munged` what may change. */
function validatePodLevel(munged: JsonObject, spec: JsonObject, before: JsonObject): FieldError[] {
  const [now, was] = [objectAt(spec, 'resources'), objectAt(before, 'resources')];
  if (![now, was].some((one) => one && namesOf(one, 'requests').length + namesOf(one, 'limits').length > 0)) return [];
  const place = specPath.child('resources');
  if (was && !now) return [field.forbidden(place, 'pod-level resources cannot be removed')];
  const errors = (['requests', 'limits'] as const).flatMap((list) =>
    isRemoved(now, was, list)
      ? [field.forbidden(place.child(list), `pod-level resource ${list} cannot be removed`)]
      : [],
  );
  const put = withSizesOf(now ?? {}, was);
  if (was || Object.keys(put).length > 0) munged['resources'] = put;
  else delete munged['resources'];
  if (equalJson(munged['resources'] ?? null, was ?? null)) return errors;
  return [...errors, field.forbidden(specPath, 'only cpu and memory resources are mutable at pod-level')];
}

function validateOrder(spec: JsonObject, before: JsonObject): FieldError[] {
  return (['containers', 'initContainers'] as const).flatMap((list) => {
    const [now, was] = [objectsAt(spec, list), objectsAt(before, list)];
    const place = specPath.child(list);
    if (now.length !== was.length) return [field.forbidden(place, `${list} may not be added or removed on resize`)];
    return was.flatMap(({ name }, index) =>
      now[index]?.['name'] === name
        ? []
        : [field.forbidden(place.index(index).child('name'), `${list} may not be renamed or reordered on resize`)],
    );
  });
}

function validateRemoved(spec: JsonObject, before: JsonObject): FieldError[] {
  return (['initContainers', 'containers'] as const).flatMap((list) =>
    objectsAt(before, list).flatMap((container, index) => {
      const [was, now] = [container, objectsAt(spec, list)[index]].map((one) => one && objectAt(one, 'resources'));
      const place = specPath.child(list).index(index).child('resources');
      return (['requests', 'limits'] as const).flatMap((kind) =>
        isRemoved(now, was, kind) ? [field.forbidden(place.child(kind), `resource ${kind} cannot be removed`)] : [],
      );
    }),
  );
}

/** Puts back in `munged` what may change. */
function validateContainers(munged: JsonObject, before: JsonObject): FieldError[] {
  const errors: FieldError[] = [];
  for (const list of ['containers', 'initContainers'] as const) {
    for (const [index, container] of objectsAt(munged, list).entries()) {
      const was = objectsAt(before, list)[index] ?? {};
      const place = list === 'containers' ? specPath : specPath.child(list).index(index);
      const isChanged = !equalJson(container, was);
      putBack(container, was);
      errors.push(...(equalJson(container, was) ? [] : [immutable(place, list)]));
      const restarts = objectsAt(container, 'resizePolicy').some(
        ({ restartPolicy }) => restartPolicy === 'RestartContainer',
      );
      if (list === 'initContainers' && isChanged && was['restartPolicy'] !== 'Always' && restarts) {
        const text = 'non-sidecar init containers with a resize policy of RestartContainer cannot be resized';
        errors.push(field.forbidden(place, text));
      }
    }
  }
  return errors;
}

function immutable(place: Path, list: 'containers' | 'initContainers'): FieldError {
  const what = list === 'containers' ? 'resources' : 'resources for init or sidecar containers';
  return field.forbidden(place, `only cpu and memory ${what} are mutable`);
}

function putBack(container: JsonObject, was: JsonObject): void {
  const before = objectAt(was, 'resources');
  // Who has claims is not resized.
  const { claims: _, ...wanted } = objectAt(container, 'resources') ?? {};
  const put = withSizesOf(wanted, before);
  if (!before && Object.keys(put).length === 0) delete container['resources'];
  else container['resources'] = put;
}

/** What can't be resized stays as it is wanted. */
function withSizesOf(wanted: JsonObject, was: JsonObject | undefined): JsonObject {
  const put: JsonObject = { ...wanted };
  for (const list of ['requests', 'limits'] as const) {
    const kept = namesOf(wanted, list).filter((name) => !resizable.includes(name));
    const [now, before] = [objectAt(wanted, list) ?? {}, objectAt(was ?? {}, list)];
    const sizes = [
      ...kept.map((name) => [name, now[name] ?? null] as const),
      ...resizable.flatMap((name) => (before?.[name] === undefined ? [] : [[name, before[name]] as const])),
    ];
    if (sizes.length > 0 || before) put[list] = Object.fromEntries(sizes);
    else delete put[list];
  }
  return put;
}

function isRemoved(now: JsonObject | undefined, was: JsonObject | undefined, list: 'requests' | 'limits'): boolean {
  const kept = namesOf(now ?? {}, list);
  return namesOf(was ?? {}, list).some((name) => !kept.includes(name));
}

function namesOf(resources: JsonObject, list: 'requests' | 'limits'): readonly string[] {
  return Object.keys(objectAt(resources, list) ?? {});
}

function isMirror({ metadata }: Readonly<KubeObject>): boolean {
  return metadata.annotations?.[mirrorAnnotation] !== undefined;
}

function specOf(pod: Readonly<KubeObject>): JsonObject {
  return objectAt(jsonOf(pod), 'spec') ?? {};
}
