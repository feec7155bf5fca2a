/** What is allowed by lists of names: types of volumes, capabilities, and fields that are forbidden altogether. */
import { objectAt, objectsAt, textAt } from '../../api/json-fields.ts';
import { securityContext } from '../../api/pod-security/check.ts';
import { capabilitiesOf } from '../../api/pod-security/privilege-checks.ts';
import { matches } from './host-access.ts';
import { allContainers, listed } from './containers.ts';
import type { ForbiddenField, JudgedPod, PolicyRule, Violation } from './policy.ts';

export const volumes: PolicyRule = {
  violations({ volumes: allowed }, { spec, asked }) {
    if (!allowed) return [];
    // Claims that are made for a pod stand in its copy like others.
    const ephemeral = new Set(
      objectsAt(asked, 'volumes')
        .filter((volume) => objectAt(volume, 'ephemeral'))
        .map((volume) => textAt(volume, 'name')),
    );
    return objectsAt(spec, 'volumes').flatMap((volume) => {
      const name = textAt(volume, 'name');
      const found = Object.keys(volume).filter((key) => key !== 'name' && volume[key] !== null);
      const types = found.length === 0 ? ['emptyDir'] : found;
      return types
        .map((type) => (type === 'persistentVolumeClaim' && ephemeral.has(name) ? 'ephemeral' : type))
        .filter((type) => !allowed.includes(type))
        .map((type) => ({
          field: `spec.volumes[${name}]`,
          text: `volumes of type ${type} are not allowed; ${listed(allowed)} may be used`,
        }));
    });
  },
};

export const capabilities: PolicyRule = {
  violations({ capabilities: allowed }, { spec }) {
    if (!allowed) return [];
    return allContainers(spec).flatMap(({ field, container }) => {
      const added = capabilitiesOf(container, 'add')
        .filter((capability) => !allowed.includes(capability))
        .map((capability) => ({
          field: `${field}.securityContext.capabilities.add`,
          text: `${capability} is not allowed; ${listed(allowed)} may be added`,
        }));
      if (securityContext(container)?.['privileged'] !== true) return added;
      const text = 'must not be true: it would have all capabilities';
      return [...added, { field: `${field}.securityContext.privileged`, text }];
    });
  },
};

export const forbiddenFields: PolicyRule = {
  violations: ({ forbidden = [] }, pod) => forbidden.flatMap((field) => forbiddenUses[field](pod)),
};

export const forbiddenMarks: PolicyRule = {
  violations({ forbiddenAnnotations = [], forbiddenLabels = [] }, { annotations, labels }) {
    return [
      ...marksOf(forbiddenAnnotations, annotations, 'metadata.annotations'),
      ...marksOf(forbiddenLabels, labels, 'metadata.labels'),
    ];
  },
};

function marksOf(
  forbidden: readonly string[],
  marks: Readonly<Record<string, string>>,
  field: string,
): readonly Violation[] {
  return Object.keys(marks)
    .filter((key) => forbidden.some((pattern) => matches(pattern, key)))
    .map((key) => ({ field: `${field}[${key}]`, text: 'is not allowed' }));
}

const forbiddenUses: Readonly<Record<ForbiddenField, (pod: JudgedPod) => readonly Violation[]>> = {
  // What the copy has of them may be Sublet's own.
  hostAliases: ({ asked }) =>
    objectsAt(asked, 'hostAliases').length === 0 ? [] : [{ field: 'spec.hostAliases', text: 'is not allowed' }],
  procMount: ({ spec }) =>
    allContainers(spec).flatMap(({ field, container }) =>
      (securityContext(container)?.['procMount'] ?? 'Default') === 'Default'
        ? []
        : [{ field: `${field}.securityContext.procMount`, text: 'must be Default' }],
    ),
  windows({ spec }) {
    const options = [{ field: 'spec', container: spec }, ...allContainers(spec)]
      .filter(({ container }) => objectAt(securityContext(container), 'windowsOptions'))
      .map(({ field }) => ({ field: `${field}.securityContext.windowsOptions`, text: 'is not allowed' }));
    if (textAt(objectAt(spec, 'os'), 'name') !== 'windows') return options;
    return [{ field: 'spec.os.name', text: 'windows is not allowed' }, ...options];
  },
};
