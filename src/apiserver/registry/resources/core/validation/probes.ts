/** Probes and hooks. Mirrors validateProbe, validateHandler, validateLifecycle, v1.36. */
import * as field from '../../../../../api/field-error.ts';
import type { FieldError, Path } from '../../../../../api/field-error.ts';
import { httpHeaderName } from '../../../../../api/names.ts';
import { messages, nonNegative, portNumberOrName } from '../../checks.ts';
import type { Container, Handler, HttpGet, Lifecycle, Probe } from './pod-spec-view.ts';

/** All three probes of a container. `gracePeriod`: the pod's. */
export function validateProbes(container: Container, gracePeriod: number | undefined, path: Path): FieldError[] {
  return [
    ...validateOneSuccess(container.livenessProbe, gracePeriod, path.child('livenessProbe')),
    ...validateReadiness(container.readinessProbe, gracePeriod, path.child('readinessProbe')),
    ...validateOneSuccess(container.startupProbe, gracePeriod, path.child('startupProbe')),
  ];
}

export function validateLifecycle(
  lifecycle: Lifecycle | undefined,
  gracePeriod: number | undefined,
  os: string | undefined,
  path: Path,
): FieldError[] {
  if (!lifecycle) return [];
  const { postStart, preStop, stopSignal } = lifecycle;
  const errors: FieldError[] = [];
  if (postStart) errors.push(...validateHandler(postStart, gracePeriod, path.child('postStart')));
  if (preStop) errors.push(...validateHandler(preStop, gracePeriod, path.child('preStop')));
  if (stopSignal !== undefined && os === undefined) {
    errors.push(field.forbidden(path.child('stopSignal'), 'may not be set for containers with empty `spec.os.name`'));
  }
  return errors;
}

function validateOneSuccess(probe: Probe | undefined, gracePeriod: number | undefined, path: Path): FieldError[] {
  if (!probe) return [];
  const { successThreshold = 0 } = probe;
  return [
    ...validateProbe(probe, gracePeriod, path),
    ...(successThreshold === 1 ? [] : [field.invalid(path.child('successThreshold'), successThreshold, 'must be 1')]),
  ];
}

function validateReadiness(probe: Probe | undefined, gracePeriod: number | undefined, path: Path): FieldError[] {
  if (!probe) return [];
  const seconds = probe.terminationGracePeriodSeconds;
  const place = path.child('terminationGracePeriodSeconds');
  return [
    ...validateProbe(probe, gracePeriod, path),
    ...(seconds === undefined ? [] : [field.invalid(place, seconds, 'must not be set for readinessProbes')]),
  ];
}

const counts = [
  'initialDelaySeconds',
  'timeoutSeconds',
  'periodSeconds',
  'successThreshold',
  'failureThreshold',
] as const;

function validateProbe(probe: Probe, gracePeriod: number | undefined, path: Path): FieldError[] {
  const seconds = probe.terminationGracePeriodSeconds;
  return [
    ...validateHandler(probe, gracePeriod, path),
    ...counts.flatMap((name) => nonNegative(probe[name], path.child(name))),
    ...(seconds !== undefined && seconds <= 0
      ? [field.invalid(path.child('terminationGracePeriodSeconds'), seconds, 'must be greater than 0')]
      : []),
  ];
}

function validateHandler(handler: Handler, gracePeriod: number | undefined, path: Path): FieldError[] {
  const { exec, httpGet, tcpSocket, grpc, sleep } = handler;
  const given: [string, () => FieldError[]][] = [];
  if (exec) {
    const empty = (exec.command?.length ?? 0) === 0;
    given.push(['exec', () => (empty ? [field.required(path.child('exec', 'command'), '')] : [])]);
  }
  if (httpGet) given.push(['httpGet', () => validateHttpGet(httpGet, path.child('httpGet'))]);
  if (tcpSocket) given.push(['tcpSocket', () => portNumberOrName(tcpSocket.port, path.child('tcpSocket', 'port'))]);
  if (grpc) given.push(['grpc', () => portNumberOrName(grpc.port, path.child('grpc', 'port'))]);
  if (sleep) given.push(['sleep', () => validateSleep(sleep.seconds, gracePeriod, path.child('sleep'))]);
  if (given.length === 0) return [field.required(path, 'must specify a handler type')];
  return given.flatMap(([name, validate], index) =>
    index === 0 ? validate() : [field.forbidden(path.child(name), 'may not specify more than 1 handler type')],
  );
}

function validateHttpGet({ path: url = '', port, scheme = '', httpHeaders = [] }: HttpGet, path: Path): FieldError[] {
  return [
    ...(url === '' ? [field.required(path.child('path'), '')] : []),
    ...portNumberOrName(port, path.child('port')),
    ...(['HTTP', 'HTTPS'].includes(scheme)
      ? []
      : [field.notSupported(path.child('scheme'), scheme, ['HTTP', 'HTTPS'])]),
    ...httpHeaders.flatMap(({ name = '' }) => messages(path.child('httpHeaders'), name, httpHeaderName(name))),
  ];
}

function validateSleep(seconds: number, gracePeriod: number | undefined, path: Path): FieldError[] {
  if (gracePeriod === undefined || (seconds >= 0 && seconds <= gracePeriod)) return [];
  const text = `must be non-negative and less than terminationGracePeriodSeconds (${gracePeriod})`;
  return [field.invalid(path, seconds, text)];
}
