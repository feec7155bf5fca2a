/** What is done to pods that are there already: by a tenant's users and controllers, and by the host's people. */
import { carriedBy } from '../../src/translate/pods/carried.ts';
import { viewPod } from '../../src/translate/pods/pod-view.ts';
import type { KubeObject } from '../../src/api/object.ts';
import type { ResourceClient } from '../../src/client/client.ts';
import type { Choices } from './choices.ts';
import { configNames, ownerMark } from './tenant-objects.ts';
import type { TenantMachine } from './tenant-machine.ts';
import type { Operation } from './tenant-operations.ts';

/** Of tenants, and some of them of the host's people, too. */
const debuggers = ['shell', 'shell-x-one', 'probe'] as const;
export const gateType = 'example.com/gate';
/** What copies note of what was done to them while they ran. */
export const noted = ['sublet.dev/carried', 'sublet.dev/sizes', 'sublet.dev/changeable'] as const;

/** `name`: of a pod, that may not be there. */
export function runningOperation(
  choose: Choices,
  { name: tenant }: TenantMachine,
  resource: ResourceClient<'tenant'>,
  name: string,
): Operation {
  const cpu = `${10 * (1 + choose.number(4))}m`;
  const debug = choose.of(debuggers);
  const status = choose.of(['True', 'False']);
  const env = [{ name: 'S', valueFrom: { secretKeyRef: { name: configNames[0], key: 'k', optional: true } } }];
  const container = { name: debug, image: `${ownerMark(tenant)}/${debug}:1`, env };
  const conditions = [{ type: gateType, status }];
  const resize = { spec: { containers: [{ name: 'main', resources: { requests: { cpu } } }] } };
  return choose.weighted<Operation>([
    [
      3,
      {
        name: `resize pod ${name} to ${cpu}`,
        run: () => resource.patch(name, 'strategic', resize, { subresource: 'resize' }),
      },
    ],
    [
      3,
      {
        name: `debug pod ${name} by ${debug}`,
        run: () =>
          resource.patch(
            name,
            'strategic',
            { spec: { ephemeralContainers: [container] } },
            { subresource: 'ephemeralcontainers' },
          ),
      },
    ],
    [
      4,
      {
        name: `gate of pod ${name} is ${status}`,
        run: () => resource.patch(name, 'strategic', { status: { conditions } }, { subresource: 'status' }),
      },
    ],
    [
      1,
      {
        name: `no gate of pod ${name}`,
        run: () =>
          resource.patch(
            name,
            'strategic',
            { status: { conditions: [{ $patch: 'delete', type: gateType }] } },
            { subresource: 'status' },
          ),
      },
    ],
    [
      2,
      {
        name: `let pod ${name} through`,
        run: () => resource.patch(name, 'merge', { spec: { schedulingGates: null } }),
      },
    ],
  ]);
}

/** By the host's people, to a copy. */
export function meddling(choose: Choices, resource: ResourceClient<'host'>, { metadata }: KubeObject): Operation {
  const { name = '' } = metadata;
  const debug = choose.of(debuggers);
  const annotations = Object.fromEntries(choose.some(noted, 0.5).map((key) => [key, null]));
  const ephemeralContainers = [{ name: debug, image: 'zz-operator' }];
  return choose.of<Operation>([
    {
      name: `host: debug ${name} by ${debug}`,
      run: () =>
        resource.patch(name, 'strategic', { spec: { ephemeralContainers } }, { subresource: 'ephemeralcontainers' }),
    },
    {
      name: `host: take notes off ${name}: ${Object.keys(annotations).join()}`,
      run: () => resource.patch(name, 'merge', { metadata: { annotations } }),
    },
  ]);
}

/** What of a running pod has not reached its copy, in words. `name`: of the pod, for these. */
export function runningDifferences(name: string, pod: KubeObject, copy: KubeObject): string[] {
  const wrong: string[] = [];
  const [inTenant, onHost] = [pod, copy].map((object) => ({
    main: viewPod(object).spec.containers.find((container) => container.name === 'main'),
    debuggers: viewPod(object).spec.ephemeralContainers ?? [],
    gate: viewPod(object).status?.conditions?.find(({ type }) => type === gateType)?.status,
    shown: viewPod(object).status?.['ephemeralContainerStatuses'],
  }));
  const [cpu, is] = [inTenant, onHost].map((side) => side?.main?.resources?.requests?.['cpu']);
  if (cpu !== is) wrong.push(`${name} is to have ${cpu} of CPU, and has ${is}`);
  const carried = carriedBy(copy).ephemeralContainers;
  for (const debug of inTenant?.debuggers ?? []) {
    const found = onHost?.debuggers.find((one) => one.name === debug.name);
    if (!found) wrong.push(`${name} has no ${debug.name} on the host`);
    else if (carried.includes(debug.name) && found.image !== debug.image)
      wrong.push(`${name} takes ${found.image} for its own ${debug.name}`);
  }
  if (JSON.stringify(inTenant?.shown ?? null).includes('zz-operator'))
    wrong.push(`${name} shows a debugger of the host`);
  const isGated = viewPod(pod).spec.readinessGates?.some(({ conditionType }) => conditionType === gateType);
  if (isGated && inTenant?.gate !== onHost?.gate)
    wrong.push(`the gate of ${name} is ${inTenant?.gate}, and on the host ${onHost?.gate}`);
  return wrong;
}
