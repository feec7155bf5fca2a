/** Policies in a whole API server: when they take effect, what they cost, and what hostile ones can't do. What they say is compared with upstream's elsewhere. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { StatusError } from '../../../api/status.ts';
import type { Client } from '../../../client/client.ts';
import { createClient } from '../../../client/create-client.ts';
import { silentLogger } from '../../../lib/logger.ts';
import { composeApiServer } from '../../../main/api-server-role.ts';
import { realClock } from '../../../main/real-clock.ts';
import { realRandom } from '../../../main/real-random.ts';
import { MemoryStore } from '../../../storage/memory/memory-store.ts';
import { createSigningKey } from '../../../tenancy/certificate-authority.ts';
import { LocalServiceAddresses } from '../../registry/local-service-addresses.ts';

const signingKey = await createSigningKey();
const group = 'admissionregistration.k8s.io';
const maps = { group: '', version: 'v1', resource: 'configmaps' };

interface Server {
  readonly store: MemoryStore;
  readonly client: Client<'tenant'>;
}

function server(store = new MemoryStore()): Server {
  const api = composeApiServer({
    clock: realClock,
    random: realRandom,
    logger: silentLogger,
    store,
    serviceAccountKeys: [signingKey],
    serviceAccountIssuer: 'https://kubernetes.default.svc.cluster.local',
    address: '127.0.0.1:6443',
    serviceAddresses: new LocalServiceAddresses({ serviceCidr: '10.96.0.0/16', random: realRandom }),
  });
  const user = { name: 'admin', groups: ['system:masters', 'system:authenticated'] };
  return { store, client: createClient('tenant', api.exchange, { user }) };
}

type Kind = 'validating' | 'mutating';

const resource = (client: Client<'tenant'>, plural: string) =>
  client.resource({ group, version: 'v1', resource: plural });

async function policy(
  client: Client<'tenant'>,
  kind: Kind,
  name: string,
  spec: object,
  plural = 'configmaps',
): Promise<void> {
  const titled = kind === 'validating' ? 'Validating' : 'Mutating';
  const resourceRules = [{ apiGroups: ['*'], apiVersions: ['*'], operations: ['CREATE'], resources: [plural] }];
  await resource(client, `${kind}admissionpolicies`).create({
    apiVersion: `${group}/v1`,
    kind: `${titled}AdmissionPolicy`,
    metadata: { name },
    spec: { matchConstraints: { resourceRules }, ...spec },
  });
  await resource(client, `${kind}admissionpolicybindings`).create({
    apiVersion: `${group}/v1`,
    kind: `${titled}AdmissionPolicyBinding`,
    metadata: { name },
    spec: { policyName: name, ...(kind === 'validating' ? { validationActions: ['Deny'] } : {}) },
  });
}

const refuses = (message: string): object => ({ validations: [{ expression: 'false', message }] });
const patches = (expression: string): object => ({
  reinvocationPolicy: 'Never',
  mutations: [{ patchType: 'JSONPatch', jsonPatch: { expression } }],
});
const applies = (expression: string): object => ({
  reinvocationPolicy: 'Never',
  mutations: [{ patchType: 'ApplyConfiguration', applyConfiguration: { expression } }],
});

/** The data of what was created; or why it wasn't. */
async function create({ client }: Server, name: string, data: Record<string, string> = {}): Promise<unknown> {
  try {
    const map = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, data };
    return (await client.resource(maps, 'default').create(map))['data'] ?? {};
  } catch (error) {
    if (error instanceof StatusError) return error.message;
    throw error;
  }
}

async function withNamespace(): Promise<Server> {
  const made = server();
  const namespaces = { group: '', version: 'v1', resource: 'namespaces' };
  await made.client.resource(namespaces).create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'default' } });
  return made;
}

test('a policy holds as soon as its binding is written, and no longer than both are there', async () => {
  const made = await withNamespace();
  const { client } = made;
  assert.deepEqual(await create(made, 'before'), {});
  await policy(client, 'validating', 'p', refuses('not now'));
  assert.match(String(await create(made, 'during')), /denied request: not now$/);
  await resource(client, 'validatingadmissionpolicies').patch('p', 'merge', { spec: refuses('nor so') });
  assert.match(String(await create(made, 'during')), /denied request: nor so$/);
  await resource(client, 'validatingadmissionpolicybindings').delete('p');
  assert.deepEqual(await create(made, 'after'), {});
});

test('policies that were there before the server are followed from its first write on', async () => {
  const { store, client } = await withNamespace();
  await policy(client, 'validating', 'p', refuses('never'));
  assert.match(String(await create(server(store), 'a')), /denied request: never$/);
});

test('of several that refuse, the first by name is told of; those that mutate do so in that order', async () => {
  const made = await withNamespace();
  const { client } = made;
  for (const name of ['b', 'a', 'c']) {
    const order = `has(object.data.order) ? string(object.data.order) : ''`;
    await policy(client, 'mutating', name, applies(`Object{data: {'order': (${order}) + '${name}'}}`));
  }
  assert.deepEqual(await create(made, 'm', { x: 'y' }), { order: 'abc', x: 'y' });
  for (const name of ['z', 'y']) await policy(client, 'validating', name, refuses(name));
  assert.match(String(await create(made, 'v', { x: 'y' })), /'y' with binding 'y' denied request: y$/);
});

test('policies about other resources are not looked at', async () => {
  const made = await withNamespace();
  const { client } = made;
  // It could not be evaluated without an error.
  for (let index = 0; index < 50; index++) {
    await policy(client, 'validating', `p${index}`, { validations: [{ expression: 'object.x.y == 1' }] }, 'secrets');
  }
  assert.deepEqual(await create(made, 'a'), {});
});

test('nobody locks himself out: policies are not about policies', async () => {
  const made = await withNamespace();
  const { client } = made;
  await policy(client, 'validating', 'all', refuses('nothing at all'), '*');
  assert.match(String(await create(made, 'a')), /nothing at all$/);
  await resource(client, 'validatingadmissionpolicies').delete('all');
  assert.deepEqual(await create(made, 'a'), {});
});

test('variables that need each other without end are an error, not the end of the server', async () => {
  const made = await withNamespace();
  const variables = Array.from({ length: 3000 }, (_, index) => ({
    name: `v${index}`,
    expression: index === 0 ? '1' : `variables.v${index - 1} + 1`,
  }));
  const validations = [{ expression: 'variables.v2999 == 3000' }];
  await policy(made.client, 'validating', 'deep', { variables, validations });
  assert.match(String(await create(made, 'a')), /too many variables within each other$/);
});

test('types of variables that hold each other without end are known to some depth', async () => {
  const made = await withNamespace();
  const variables = Array.from({ length: 1000 }, (_, index) => ({
    name: `v${index}`,
    expression: index === 0 ? '1' : `[variables.v${index - 1}]`,
  }));
  const validations = [{ expression: 'variables.v2[0][0] == 1 && variables.v999.size() == 1' }];
  await policy(made.client, 'validating', 'deep', { variables, validations });
  assert.match(String(await create(made, 'a')), /too many variables within each other$/);
});

test('what policies make has no other prototype', async () => {
  const made = await withNamespace();
  const { client } = made;
  await policy(client, 'mutating', 'a', applies("Object{data: {'__proto__': 'x', 'constructor': 'y'}}"));
  await policy(
    client,
    'mutating',
    'b',
    patches("[JSONPatch{op: 'add', path: '/__proto__', value: {'polluted': 'yes'}}]"),
  );
  assert.match(String(await create(made, 'a')), /denied request|Internal error/);
  await resource(client, 'mutatingadmissionpolicybindings').delete('b');
  assert.match(JSON.stringify(await create(made, 'a', { z: '1' })), /"__proto__":"x"/);
  assert.equal(Object.hasOwn(Object.prototype, 'polluted'), false);
});
