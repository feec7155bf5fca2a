/** Mirrors ValidatePodSpec, v1.36: in its order. Not checked: Windows options and what they forbid. */
import * as field from '../../../../../api/field-error.ts';
import type { FieldError, Path } from '../../../../../api/field-error.ts';
import { validateLabels } from '../../../../../api/label-selector.ts';
import { inRange, subdomainNameRule } from '../../../../../api/names.ts';
import { label, messages, oneOf, qualified, required, requiredOneOf, subdomain } from '../../checks.ts';
import { validateAffinity } from './affinity.ts';
import { validateContainers, validateEphemeralContainers, validateInitContainers } from './containers.ts';
import { validateDnsConfig, validateHostAliases } from './dns.ts';
import type { PodSpec } from './pod-spec-view.ts';
import { validateHostNetworkPorts } from './ports.ts';
import { containerResourceName, validatePodLevelResources, validateResourceQuantity } from './resources.ts';
import { validatePodSecurityContext } from './security-context.ts';
import { validateSpreading } from './spreading.ts';
import { validateTolerations } from './tolerations.ts';
import { validateVolumes, type VolumeContext } from './volumes.ts';

const int32Max = 2_147_483_647;

export function validatePodSpec(spec: PodSpec, context: VolumeContext, path: Path): FieldError[] {
  const { errors, byName } = validateVolumes(spec.volumes ?? [], context, path.child('volumes'));
  const claims = new Set((spec.resourceClaims ?? []).map(({ name = '' }) => name).filter((name) => name !== ''));
  const containerContext = { spec, volumes: byName, claims };
  const grace = path.child('terminationGracePeriodSeconds');
  return [
    ...(spec.terminationGracePeriodSeconds === undefined ? [field.required(grace, '')] : []),
    ...errors,
    ...validateResourceClaims(spec.resourceClaims ?? [], path.child('resourceClaims')),
    ...validateContainers(containerContext, path.child('containers')),
    ...validateInitContainers(containerContext, path.child('initContainers')),
    ...validateEphemeralContainers(containerContext, path.child('ephemeralContainers')),
    ...(spec.resources ? validatePodLevelResources(spec.resources, path.child('resources')) : []),
    ...(spec.hostNetwork
      ? validateHostNetworkPorts(spec.containers ?? [], context.isPod, path.child('containers'))
      : []),
    ...requiredOneOf(spec.restartPolicy, path.child('restartPolicy'), ['Always', 'OnFailure', 'Never']),
    ...requiredOneOf(spec.dnsPolicy, path.child('dnsPolicy'), [
      'ClusterFirstWithHostNet',
      'ClusterFirst',
      'Default',
      'None',
    ]),
    ...validateLabels(spec.nodeSelector, path.child('nodeSelector')),
    ...validatePodSecurityContext(spec, path.child('securityContext')),
    ...(spec.affinity ? validateAffinity(spec.affinity, path.child('affinity')) : []),
    ...validateDnsConfig(spec, path.child('dnsConfig')),
    ...validateGates(spec, path),
    ...validateSpreading(spec.topologySpreadConstraints ?? [], path.child('topologySpreadConstraints')),
    ...validateHostUsers(spec, path),
    ...validateHostname(spec, path),
    ...validateNames(spec, path),
  ];
}

function validateGates({ readinessGates = [], schedulingGates = [] }: PodSpec, path: Path): FieldError[] {
  const seen = new Set<string>();
  return [
    ...readinessGates.flatMap(({ conditionType = '' }, index) =>
      qualified(conditionType, path.child('readinessGates').index(index).child('conditionType')),
    ),
    ...schedulingGates.flatMap(({ name = '' }, index) => {
      const place = path.child('schedulingGates').index(index);
      const errors = qualified(name, place);
      if (seen.has(name)) errors.push(field.duplicate(place, name));
      seen.add(name);
      return errors;
    }),
  ];
}

function validateHostUsers(spec: PodSpec, path: Path): FieldError[] {
  if (spec.hostUsers ?? true) return [];
  const text = 'when `hostUsers` is false';
  return [
    ...(spec.hostNetwork ? [field.forbidden(path.child('hostNetwork'), text)] : []),
    ...(spec.hostPID ? [field.forbidden(path.child('HostPID'), text)] : []),
    ...(spec.hostIPC ? [field.forbidden(path.child('HostIPC'), text)] : []),
  ];
}

const hostnameBytesMax = 64;

function validateHostname(spec: PodSpec, path: Path): FieldError[] {
  const { hostnameOverride } = spec;
  if (hostnameOverride === undefined) return [];
  const place = path.child('hostnameOverride');
  return [
    ...(spec.setHostnameAsFQDN ? [field.forbidden(place, 'may not be specified when setHostnameAsFQDN is true')] : []),
    ...(spec.hostNetwork ? [field.forbidden(place, 'may not be specified when hostNetwork is true')] : []),
    ...(hostnameOverride.length > hostnameBytesMax ? [field.tooLong(place, hostnameBytesMax)] : []),
    ...subdomain(hostnameOverride, place),
  ];
}

/** What comes last in upstream's order. */
function validateNames(spec: PodSpec, path: Path): FieldError[] {
  const { activeDeadlineSeconds: deadline, hostname = '', subdomain: domain = '', overhead = {}, os } = spec;
  const named = (name: 'serviceAccountName' | 'nodeName' | 'priorityClassName' | 'runtimeClassName') => {
    const value = spec[name] ?? '';
    return value === '' ? [] : messages(path.child(name), value, subdomainNameRule(value, false));
  };
  return [
    ...named('serviceAccountName'),
    ...named('nodeName'),
    ...(deadline === undefined
      ? []
      : messages(path.child('activeDeadlineSeconds'), deadline, inRange(deadline, 1, int32Max))),
    ...(hostname === '' ? [] : label(hostname, path.child('hostname'))),
    ...(domain === '' ? [] : label(domain, path.child('subdomain'))),
    ...validateTolerations(spec.tolerations ?? [], path.child('tolerations')),
    ...validateHostAliases(spec.hostAliases ?? [], path.child('hostAliases')),
    ...named('priorityClassName'),
    ...named('runtimeClassName'),
    ...(spec.preemptionPolicy === undefined
      ? []
      : requiredOneOf(spec.preemptionPolicy, path.child('preemptionPolicy'), ['PreemptLowerPriority', 'Never'])),
    ...Object.entries(overhead).flatMap(([name, quantity]) => {
      const place = path.child('overhead', 'limits').key(name);
      return [...containerResourceName(name, place), ...validateResourceQuantity(name, quantity, place)];
    }),
    ...(os
      ? os.name
        ? oneOf(os.name, path.child('os'), ['linux', 'windows'])
        : required('', path.child('os', 'name'))
      : []),
  ];
}

function validateResourceClaims(claims: NonNullable<PodSpec['resourceClaims']>, path: Path): FieldError[] {
  const seen = new Set<string>();
  return claims.flatMap(({ name = '', resourceClaimName, resourceClaimTemplateName }, index) => {
    const place = path.index(index);
    const errors: FieldError[] = [];
    if (name === '') errors.push(field.required(place.child('name'), ''));
    else if (seen.has(name)) errors.push(field.duplicate(place.child('name'), name));
    else errors.push(...label(name, place.child('name')));
    seen.add(name);
    // Upstream shows its internal struct.
    const shown = {
      Name: name,
      ResourceClaimName: resourceClaimName ?? null,
      ResourceClaimTemplateName: resourceClaimTemplateName ?? null,
    };
    if (resourceClaimName !== undefined && resourceClaimTemplateName !== undefined) {
      const text = 'at most one of `resourceClaimName` or `resourceClaimTemplateName` may be specified';
      errors.push(field.invalid(place, shown, text));
    }
    if (resourceClaimName === undefined && resourceClaimTemplateName === undefined) {
      const text = 'must specify one of: `resourceClaimName`, `resourceClaimTemplateName`';
      errors.push(field.invalid(place, shown, text));
    }
    for (const [key, value] of Object.entries({ resourceClaimName, resourceClaimTemplateName })) {
      if (value !== undefined) errors.push(...messages(place.child(key), value, subdomainNameRule(value, false)));
    }
    return errors;
  });
}
