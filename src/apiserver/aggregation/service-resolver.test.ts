import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { JsonObject } from '../../api/json.ts';
import { createServiceResolver, type Endpoint } from './service-resolver.ts';

const reference = { namespace: 'ns', name: 'svc', port: 443 };

function resolve(spec: JsonObject | undefined, port?: number): Promise<Endpoint> {
  const resolver = createServiceResolver({
    service: (namespace, name) =>
      Promise.resolve(
        spec && namespace === 'ns' && name === 'svc'
          ? { apiVersion: 'v1', kind: 'Service', metadata: { namespace, name }, spec }
          : undefined,
      ),
    lookup: (name) => Promise.resolve(name === 'two.example' ? ['127.0.0.1', '10.0.0.2'] : ['127.0.0.1']),
    mayDial: (address) => address.startsWith('10.'),
  });
  return resolver(port === undefined ? reference : { ...reference, port });
}

const ports = [{ name: 'https', port: 443 }];
const good: Record<string, [spec: JsonObject, port: number | undefined, endpoint: Endpoint]> = {
  'a cluster IP': [{ clusterIP: '10.0.0.1', ports }, undefined, { host: '10.0.0.1', port: 443 }],
  'a node port, by its cluster IP': [
    { type: 'NodePort', clusterIP: '10.0.0.1', ports: [{ port: 8443 }] },
    8443,
    { host: '10.0.0.1', port: 8443 },
  ],
  'an external name, by an address that may be dialled; its ports don’t matter': [
    { type: 'ExternalName', externalName: 'two.example' },
    8443,
    { host: '10.0.0.2', port: 8443, name: 'two.example' },
  ],
};
for (const [name, [spec, port, endpoint]] of Object.entries(good)) {
  test(name, async () => assert.deepEqual(await resolve(spec, port), endpoint));
}

const bad: Record<string, [spec: JsonObject | undefined, message: string]> = {
  'no such Service': [undefined, 'service "svc" not found'],
  'no such port': [{ clusterIP: '10.0.0.1', ports: [{ port: 80 }] }, 'no service port 443 found for service "svc"'],
  'a headless one': [{ clusterIP: 'None', ports }, 'service "svc" has no cluster IP'],
  'one that has no address yet': [{ ports }, 'service "svc" has no cluster IP'],
  'a cluster IP that may not be dialled': [
    { clusterIP: '127.0.0.1', ports },
    'the cluster IP of service "svc" may not be dialled',
  ],
  'an external name that leads here': [
    { type: 'ExternalName', externalName: 'localhost' },
    'no address of "localhost" may be dialled',
  ],
};
for (const [name, [spec, message]] of Object.entries(bad)) {
  test(`${name} is refused`, async () => {
    await assert.rejects(resolve(spec), { message });
  });
}
