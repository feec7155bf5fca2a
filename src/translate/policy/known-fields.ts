/**
 * The fields that this policy has been thought out for, those of Kubernetes 1.36. With a level of the Pod Security Standards above `privileged`, what a newer
 * API server lets into a pod is refused until somebody has decided about it here; a test compares these lists with the types.
 */
import { objectAt, objectsAt, textAt } from '../../api/json-fields.ts';
import type { JsonObject } from '../../api/json.ts';
import { volumeTypes } from '../../api/pod-security/volume-checks.ts';
import { allContainers } from './containers.ts';
import type { PolicyRule, Violation } from './policy.ts';

const words = (text: string): readonly string[] => text.trim().split(/\s+/);

const handler = words('exec httpGet tcpSocket grpc sleep');

/** By where they stand; `container` holds for all three kinds of containers. */
export const knownFields = {
  spec: words(`activeDeadlineSeconds affinity automountServiceAccountToken containers dnsConfig dnsPolicy enableServiceLinks
    ephemeralContainers hostAliases hostIPC hostNetwork hostPID hostUsers hostname hostnameOverride imagePullSecrets
    initContainers nodeName nodeSelector os overhead preemptionPolicy priority priorityClassName readinessGates
    resourceClaims resources restartPolicy runtimeClassName schedulerName schedulingGates schedulingGroup
    securityContext serviceAccount serviceAccountName setHostnameAsFQDN shareProcessNamespace subdomain
    terminationGracePeriodSeconds tolerations topologySpreadConstraints volumes`),
  podSecurityContext:
    words(`appArmorProfile fsGroup fsGroupChangePolicy runAsGroup runAsNonRoot runAsUser seLinuxChangePolicy
    seLinuxOptions seccompProfile supplementalGroups supplementalGroupsPolicy sysctls windowsOptions`),
  container:
    words(`args command env envFrom image imagePullPolicy lifecycle livenessProbe name ports readinessProbe resizePolicy
    resources restartPolicy restartPolicyRules securityContext startupProbe stdin stdinOnce targetContainerName
    terminationMessagePath terminationMessagePolicy tty volumeDevices volumeMounts workingDir`),
  securityContext:
    words(`allowPrivilegeEscalation appArmorProfile capabilities privileged procMount readOnlyRootFilesystem
    runAsGroup runAsNonRoot runAsUser seLinuxOptions seccompProfile windowsOptions`),
  capabilities: words('add drop'),
  port: words('containerPort hostIP hostPort name protocol'),
  probe: [
    ...handler,
    ...words(
      'failureThreshold initialDelaySeconds periodSeconds successThreshold terminationGracePeriodSeconds timeoutSeconds',
    ),
  ],
  lifecycle: words('postStart preStop stopSignal'),
  handler,
  httpGet: words('host httpHeaders path port scheme'),
  tcpSocket: words('host port'),
  volumeMount: words('mountPath mountPropagation name readOnly recursiveReadOnly subPath subPathExpr'),
  windowsOptions: words('gmsaCredentialSpec gmsaCredentialSpecName hostProcess runAsUserName'),
  volume: ['name', ...volumeTypes],
  projectedSource: words('clusterTrustBundle configMap downwardAPI podCertificate secret serviceAccountToken'),
  valueFrom: words('configMapKeyRef fieldRef fileKeyRef resourceFieldRef secretKeyRef'),
  envFrom: words('configMapRef prefix secretRef'),
} as const;

type Place = keyof typeof knownFields;

export const unknownFields: PolicyRule = {
  violations({ podSecurity }, { spec }) {
    if (!podSecurity || podSecurity.level === 'privileged') return [];
    return [
      ...unknownIn('spec', spec, 'spec'),
      ...unknownInContext('podSecurityContext', objectAt(spec, 'securityContext'), 'spec.securityContext'),
      ...objectsAt(spec, 'volumes').flatMap((volume) => unknownInVolume(volume)),
      ...allContainers(spec).flatMap(({ field, container }) => unknownInContainer(container, field)),
    ];
  },
};

function unknownInVolume(volume: JsonObject): readonly Violation[] {
  const field = `spec.volumes[${textAt(volume, 'name')}]`;
  const sources = objectsAt(objectAt(volume, 'projected'), 'sources');
  return [
    ...unknownIn('volume', volume, field),
    ...sources.flatMap((source) => unknownIn('projectedSource', source, `${field}.projected.sources`)),
  ];
}

function unknownInContainer(container: JsonObject, field: string): readonly Violation[] {
  const lifecycle = objectAt(container, 'lifecycle');
  const handlers = [
    ...['livenessProbe', 'readinessProbe', 'startupProbe'].map(
      (probe) => ['probe', objectAt(container, probe), `${field}.${probe}`] as const,
    ),
    ...['postStart', 'preStop'].map(
      (hook) => ['handler', objectAt(lifecycle, hook), `${field}.lifecycle.${hook}`] as const,
    ),
  ];
  return [
    ...unknownIn('container', container, field),
    ...unknownInContext('securityContext', objectAt(container, 'securityContext'), `${field}.securityContext`),
    ...unknownIn('lifecycle', lifecycle, `${field}.lifecycle`),
    ...objectsAt(container, 'ports').flatMap((port) => unknownIn('port', port, `${field}.ports`)),
    ...objectsAt(container, 'envFrom').flatMap((source) => unknownIn('envFrom', source, `${field}.envFrom`)),
    ...objectsAt(container, 'env').flatMap((variable) =>
      unknownIn('valueFrom', objectAt(variable, 'valueFrom'), `${field}.env[${textAt(variable, 'name')}].valueFrom`),
    ),
    ...objectsAt(container, 'volumeMounts').flatMap((mount) =>
      unknownIn('volumeMount', mount, `${field}.volumeMounts`),
    ),
    ...handlers.flatMap(([place, found, at]) => [
      ...unknownIn(place, found, at),
      ...unknownIn('httpGet', objectAt(found, 'httpGet'), `${at}.httpGet`),
      ...unknownIn('tcpSocket', objectAt(found, 'tcpSocket'), `${at}.tcpSocket`),
    ]),
  ];
}

function unknownInContext(place: Place, context: JsonObject | undefined, field: string): readonly Violation[] {
  return [
    ...unknownIn(place, context, field),
    ...unknownIn('capabilities', objectAt(context, 'capabilities'), `${field}.capabilities`),
    ...unknownIn('windowsOptions', objectAt(context, 'windowsOptions'), `${field}.windowsOptions`),
  ];
}

function unknownIn(place: Place, found: JsonObject | undefined, field: string): readonly Violation[] {
  return Object.keys(found ?? {})
    .filter((name) => !knownFields[place].includes(name))
    .map((name) => ({ field: `${field}.${name}`, text: 'is not known to the policy, and so not allowed' }));
}
