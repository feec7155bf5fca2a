/** Ports of containers. Mirrors validateContainerPorts, AccumulateUniqueHostPorts, validatePodHostNetworkDeps. */
import * as field from '../../../../../api/field-error.ts';
import type { FieldError, Path } from '../../../../../api/field-error.ts';
import { portName, portNumber } from '../../../../../api/names.ts';
import { messages, requiredOneOf } from '../../checks.ts';
import type { Container, ContainerPort } from './pod-spec-view.ts';

export const protocols = ['SCTP', 'TCP', 'UDP'];

export function validatePorts(ports: readonly ContainerPort[], path: Path): FieldError[] {
  const names = new Set<string>();
  return ports.flatMap(({ name = '', containerPort = 0, hostPort = 0, protocol }, index) => {
    const place = path.index(index);
    const errors: FieldError[] = [];
    if (name !== '') {
      const texts = portName(name);
      errors.push(...messages(place.child('name'), name, texts));
      if (texts.length === 0 && names.has(name)) errors.push(field.duplicate(place.child('name'), name));
      if (texts.length === 0) names.add(name);
    }
    if (containerPort === 0) errors.push(field.required(place.child('containerPort'), ''));
    else errors.push(...messages(place.child('containerPort'), containerPort, portNumber(containerPort)));
    if (hostPort !== 0) errors.push(...messages(place.child('hostPort'), hostPort, portNumber(hostPort)));
    errors.push(...requiredOneOf(protocol, place.child('protocol'), protocols));
    return errors;
  });
}

/** No two of them on the same port of the host. */
export function validateHostPorts(containers: readonly Container[], path: Path): FieldError[] {
  const taken = new Set<string>();
  const errors: FieldError[] = [];
  for (const [index, { ports = [] }] of containers.entries()) {
    for (const [portIndex, { hostPort = 0, hostIP = '', protocol = '' }] of ports.entries()) {
      if (hostPort === 0) continue;
      const key = `${protocol}/${hostIP}/${hostPort}`;
      const place = path.index(index).child('ports').index(portIndex).child('hostPort');
      if (taken.has(key)) errors.push(field.duplicate(place, key));
      taken.add(key);
    }
  }
  return errors;
}

/** On the host's network a container's port is the host's. `isPod`: not a template. */
export function validateHostNetworkPorts(containers: readonly Container[], isPod: boolean, path: Path): FieldError[] {
  return containers.flatMap(({ ports = [] }, index) =>
    ports.flatMap(({ hostPort = 0, containerPort = 0 }, portIndex) => {
      if ((!isPod && hostPort === 0) || hostPort === containerPort) return [];
      const place = path.index(index).child('ports').index(portIndex).child('hostPort');
      return [field.invalid(place, hostPort, 'must match `containerPort` when `hostNetwork` is true')];
    }),
  );
}
