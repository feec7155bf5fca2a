import assert from 'node:assert/strict';
import { setImmediate as turn } from 'node:timers/promises';
import { test } from 'node:test';
import fc from 'fast-check';
import { dotted, headerOf, queryPacket } from './dns-packet.test-double.ts';
import { copyOf, DnsWorld, serviceOf, sliceOf, podOf } from './dns-world.test-double.ts';
import { configuredName } from './domain-name.ts';

const fromA = '10.244.0.1';
const fromB = '10.244.0.2';
const rcodes = ['NOERROR', 'FORMERR', 'SERVFAIL', 'NXDOMAIN', 'NOTIMP', 'REFUSED'];

/** `NOERROR 1`: the code and how many answers. */
async function outcome(world: DnsWorld, labels: readonly string[], source = fromA, type = 1): Promise<string> {
  const answer = await world.ask(queryPacket(labels, { type }), source);
  if (!answer) return 'nothing';
  const { rcode, counts } = headerOf(answer);
  return `${rcodes[rcode]} ${counts[1]}`;
}

const ptr = 12;
const inner: readonly [what: string, labels: readonly string[], type: number, outcome: string][] = [
  ['its own service', dotted('web.default.svc.cluster.local'), 1, 'NOERROR 1'],
  ['its own service, in capitals', dotted('WEB.Default.SVC.cluster.LOCAL'), 1, 'NOERROR 1'],
  ["another's service", dotted('only-b.default.svc.cluster.local'), 1, 'NXDOMAIN 0'],
  [
    "another's service under its name on the host",
    dotted('only-b-x-default-x-b.sublet-b.svc.cluster.local'),
    1,
    'NXDOMAIN 0',
  ],
  [
    'its own service under its name on the host',
    dotted('only-a-x-default-x-a.sublet-a.svc.cluster.local'),
    1,
    'NXDOMAIN 0',
  ],
  ["another's host namespace", dotted('sublet-b.svc.cluster.local'), 1, 'NXDOMAIN 0'],
  ['a service of the host', dotted('kube-dns.kube-system.svc.cluster.local'), 1, 'NXDOMAIN 0'],
  ['another name for the host', dotted('web.default.svc.host.internal'), 1, 'NXDOMAIN 0'],
  ["another's pod by its address", dotted('10-244-0-2.default.pod.cluster.local'), 1, 'NXDOMAIN 0'],
  ['its own pod by its address', dotted('10-244-0-1.default.pod.cluster.local'), 1, 'NOERROR 1'],
  ["another's StatefulSet pod has the same name: its own", dotted('db-0.db.data.svc.cluster.local'), 1, 'NOERROR 1'],
  ['back from its own cluster IP', dotted('1.1.96.10.in-addr.arpa'), ptr, 'NOERROR 1'],
  ["back from another's cluster IP", dotted('2.1.96.10.in-addr.arpa'), ptr, 'NXDOMAIN 0'],
  ["back from another's pod", dotted('2.1.244.10.in-addr.arpa'), ptr, 'NXDOMAIN 0'],
  ['back from its own endpoint', dotted('1.1.244.10.in-addr.arpa'), ptr, 'NOERROR 1'],
  ['back from an address, by something else than PTR', dotted('1.1.96.10.in-addr.arpa'), 1, 'NOERROR 0'],
  ['what lies below an address', dotted('x.2.1.96.10.in-addr.arpa'), ptr, 'NXDOMAIN 0'],
  ['a range of addresses', dotted('96.10.in-addr.arpa'), ptr, 'NXDOMAIN 0'],
  ['an address in the way of an address', ['1.1', '96', '10', 'in-addr', 'arpa'], ptr, 'NXDOMAIN 0'],
  ['dots within a label are no dots', ['only-a.default', 'svc', 'cluster', 'local'], 1, 'NXDOMAIN 0'],
  [
    'dots within a label are no dots, after a namespace',
    ['only-b', 'default.svc.cluster.local', 'svc', 'cluster', 'local'],
    1,
    'NXDOMAIN 0',
  ],
  ['a slash within a label is no namespace', ['web', 'default/web', 'svc', 'cluster', 'local'], 1, 'NXDOMAIN 0'],
  ['a key of objects', ['__proto__', 'constructor', 'svc', 'cluster', 'local'], 1, 'NXDOMAIN 0'],
  ['a key of objects, in its namespace', ['__proto__', 'default', 'svc', 'cluster', 'local'], 1, 'NXDOMAIN 0'],
  [
    'a byte above ASCII that folds to a letter elsewhere',
    ['\u00ccb', 'default', 'svc', 'cluster', 'local'],
    1,
    'NXDOMAIN 0',
  ],
  ['a null byte after the name', ['web\u0000', 'default', 'svc', 'cluster', 'local'], 1, 'NXDOMAIN 0'],
  ['a blank before the name', [' web', 'default', 'svc', 'cluster', 'local'], 1, 'NXDOMAIN 0'],
  [
    'IPv6 loopback',
    [...Array.from({ length: 32 }, (_, index) => (index === 0 ? '1' : '0')), 'ip6', 'arpa'],
    ptr,
    'NXDOMAIN 0',
  ],
];

for (const [what, labels, type, expected] of inner) {
  test(`a tenant asks for ${what}: ${expected}, and nobody upstream hears of it`, async () => {
    const world = new DnsWorld().populate();
    assert.equal(await outcome(world, labels, fromA, type), expected);
    assert.equal(world.upstream.asked.length, 0);
  });
}

test('an answer says what it is: in the words of the question, by authority; what is not there has an SOA', async () => {
  const world = new DnsWorld().populate();
  const query = queryPacket(dotted('WeB.default.sVc.cluster.local'), { id: 7 });
  const answer = await world.ask(query, fromA);
  assert.ok(answer);
  assert.deepEqual(answer.subarray(12, query.length), query.subarray(12));
  const { id, authoritative } = headerOf(answer);
  assert.deepEqual([id, authoritative], [7, true]);
  assert.deepEqual([...answer.subarray(-4)], [10, 96, 0, 1]);
  const nothing = await world.ask(queryPacket(dotted('no.default.svc.cluster.local')), fromA);
  assert.deepEqual(headerOf(nothing ?? Buffer.alloc(12)).counts, [1, 0, 1, 0]);
});

test('each tenant gets its own under the same name', async () => {
  const world = new DnsWorld().populate();
  const packet = queryPacket(dotted('web.default.svc.cluster.local'));
  const last = async (source: string): Promise<number | undefined> => (await world.ask(packet, source))?.at(-1);
  assert.deepEqual([await last(fromA), await last(fromB)], [1, 2]);
});

const unlimited = { rate: { perSecond: 1e6, burst: 1e6 }, unknownRate: { perSecond: 1e6, burst: 1e6 } };

test('whatever a tenant asks for, no address of another comes back', async () => {
  const world = new DnsWorld({ limits: unlimited }).populate();
  const words = [
    'web',
    'only-b',
    'db',
    'db-0',
    'default',
    'data',
    'svc',
    'pod',
    'cluster',
    'local',
    'sublet-b',
    '_sql',
    '_tcp',
    '10-244-0-2',
    '10-244-1-2',
    '10-96-1-2',
    'only-b-x-default-x-b',
    '2',
    '1',
    '244',
    '96',
    '10',
    'in-addr',
    'arpa',
    '',
    'x.y',
    '*',
  ];
  const foreign = [
    [10, 96, 0, 2],
    [10, 96, 1, 2],
    [10, 244, 0, 2],
    [10, 244, 1, 2],
  ].map((bytes) => Buffer.from(bytes));
  const tail = fc.constantFrom<readonly string[]>(
    ['svc', 'cluster', 'local'],
    ['pod', 'cluster', 'local'],
    ['in-addr', 'arpa'],
    [],
  );
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.constantFrom(...words), { maxLength: 6 }),
      tail,
      fc.constantFrom(1, 5, 12, 16, 28, 33, 255),
      async (head, zone, type) => {
        const labels = [...head.filter((label) => label !== ''), ...zone];
        const answer = await world.ask(queryPacket(labels, { type }), fromA);
        assert.ok(answer);
        for (const bytes of foreign) assert.equal(answer.indexOf(bytes, 12 + labels.join('.').length), -1);
        assert.equal(answer.indexOf('only-b', 12 + labels.join('.').length + 6), -1);
      },
    ),
    { numRuns: 3000 },
  );
});

const policies: readonly [what: string, labels: readonly string[], type: number, asked: boolean][] = [
  ['a name elsewhere', dotted('www.example.com'), 1, true],
  ['a single label', ['intranet'], 1, true],
  ['back from a public address', dotted('7.113.0.203.in-addr.arpa'), ptr, true],
  ['back from a public range', dotted('172.in-addr.arpa'), ptr, true],
  ['back from a private range', dotted('16.172.in-addr.arpa'), ptr, false],
  ['back from an address beside a private range', dotted('1.0.32.172.in-addr.arpa'), ptr, true],
  ['back from the metadata service of clouds', dotted('254.169.254.169.in-addr.arpa'), ptr, false],
  ['a name that ends like an inner one', dotted('web.notcluster.local'), 1, true],
];

for (const [what, labels, type, asked] of policies) {
  test(`${what} is ${asked ? '' : 'not '}asked for upstream`, async () => {
    const world = new DnsWorld().populate();
    await outcome(world, labels, fromA, type);
    assert.equal(world.upstream.asked.length, asked ? 1 : 0);
  });
}

test('nobody is answered at an address of no pod, and who asks for transfers or other classes neither', async () => {
  const world = new DnsWorld().populate();
  const name = dotted('web.default.svc.cluster.local');
  assert.equal(await outcome(world, name, '10.244.9.9'), 'REFUSED 0');
  assert.equal(await outcome(world, dotted('www.example.com'), '10.244.9.9'), 'REFUSED 0');
  assert.equal(await outcome(world, dotted('cluster.local'), fromA, 252), 'REFUSED 0');
  const chaos = await world.ask(queryPacket(dotted('version.bind'), { type: 16, class: 3 }), fromA);
  assert.equal(chaos && headerOf(chaos).rcode, 5);
  assert.equal(world.upstream.asked.length, 0);
});

test('a pod that asks before the host shows its address is answered as soon as it does', async () => {
  const world = new DnsWorld({ limits: { newcomers: { waitMs: 4000, questionsMax: 10 } } }).populate();
  const name = dotted('only-b.default.svc.cluster.local');
  const asked = [outcome(world, name, '10.244.0.9'), outcome(world, name, '10.244.0.9')];
  world.clock.advance(1000);
  world.directory.put('pods', podOf('b', 'default', 'late', '10.244.0.9'));
  assert.deepEqual(await Promise.all(asked), ['NOERROR 1', 'NOERROR 1']);
});

test('a pod that starts at the address of one that has just ended is not taken for it', async () => {
  const world = new DnsWorld({ limits: { newcomers: { waitMs: 4000, questionsMax: 10 } } }).populate();
  world.directory.put('pods', podOf('a', 'default', 'job', '10.244.0.9', { status: { phase: 'Succeeded' } }));
  const asked = outcome(world, dotted('only-a.default.svc.cluster.local'), '10.244.0.9');
  world.directory.put('pods', podOf('b', 'default', 'late', '10.244.0.9'));
  assert.equal(await asked, 'NXDOMAIN 0');
});

test('who does not come is refused after a while, and more than a few don’t wait', async () => {
  const world = new DnsWorld({ limits: { newcomers: { waitMs: 4000, questionsMax: 2 } } }).populate();
  const name = dotted('web.default.svc.cluster.local');
  const waiting = [outcome(world, name, '10.244.0.9'), outcome(world, name, '10.244.0.10')];
  assert.equal(await outcome(world, name, '10.244.0.11'), 'REFUSED 0');
  world.clock.advance(4000);
  assert.deepEqual(await Promise.all(waiting), ['REFUSED 0', 'REFUSED 0']);
  const again = outcome(world, name, '10.244.0.9');
  world.clock.advance(4000);
  assert.equal(await again, 'REFUSED 0');
});

test('before the host has been read, nobody is told that something is not there', async () => {
  const world = new DnsWorld().populate();
  world.hasSynced = false;
  assert.equal(await outcome(world, dotted('web.default.svc.cluster.local')), 'NOERROR 1');
  assert.equal(await outcome(world, dotted('no.default.svc.cluster.local')), 'SERVFAIL 0');
  assert.equal(await outcome(world, dotted('web.default.svc.cluster.local'), '10.244.9.9'), 'SERVFAIL 0');
});

test("an alias of a name elsewhere comes with its addresses, and one of the host's names with nothing", async () => {
  const world = new DnsWorld().populate();
  const alias = (name: string, externalName: string): void => {
    const service = serviceOf('a', 'default', name, '');
    world.directory.put('services', { ...service, spec: { type: 'ExternalName', externalName } });
  };
  alias('out', 'www.example.com');
  alias('spy', 'only-b.default.svc.host.internal');
  alias('back', '2.1.96.10.in-addr.arpa');
  assert.equal(await outcome(world, dotted('out.default.svc.cluster.local')), 'NOERROR 2');
  assert.equal(world.upstream.asked.length, 1);
  assert.equal(await outcome(world, dotted('spy.default.svc.cluster.local')), 'NOERROR 1');
  assert.equal(await outcome(world, dotted('back.default.svc.cluster.local')), 'NOERROR 1');
  assert.equal(world.upstream.asked.length, 1);
});

test('what upstream said is kept for as long as it is good, and its time runs', async () => {
  const world = new DnsWorld().populate();
  const packet = queryPacket(dotted('www.example.com'));
  const ttl = async (source = fromA): Promise<number | undefined> =>
    (await world.ask(packet, source))?.readUInt32BE(packet.length + 6);
  assert.equal(await ttl(), 60);
  await world.clock.advance(10_500);
  assert.equal(await ttl(), 50);
  assert.equal(world.upstream.asked.length, 1);
  await world.clock.advance(50_000);
  assert.equal(await ttl(), 60);
  assert.equal(world.upstream.asked.length, 2);
});

test("a tenant's cache is its own: what another asked for is asked for anew", async () => {
  const world = new DnsWorld().populate();
  await outcome(world, dotted('www.example.com'), fromA);
  await outcome(world, dotted('www.example.com'), fromB);
  assert.equal(world.upstream.asked.length, 2);
});

test('the cache is bounded: more answers than fit push out the oldest', async () => {
  const cache = { bytesMax: 2000, positiveSecondsMax: 300, negativeSecondsMax: 30 };
  const world = new DnsWorld({ limits: { cache } }).populate();
  for (let index = 0; index < 20; index++) await outcome(world, dotted(`n${index}.example.com`));
  await outcome(world, dotted('n19.example.com'));
  assert.equal(world.upstream.asked.length, 20);
  await outcome(world, dotted('n0.example.com'));
  assert.equal(world.upstream.asked.length, 21);
});

test('a question that waits is asked once, and so many wait at a time: of one tenant, and of all', async () => {
  const world = new DnsWorld({ limits: { forwardsMax: 2, forwardsOfAllMax: 3 } }).populate();
  const gate = Promise.withResolvers<void>();
  world.upstream.gate = gate.promise;
  const ask = (name: string, source: string): Promise<string> => outcome(world, dotted(name), source);
  const waiting = [ask('one.example', fromA), ask('one.example', fromA), ask('two.example', fromA)];
  assert.equal(await ask('three.example', fromA), 'SERVFAIL 0');
  waiting.push(ask('one.example', fromB));
  assert.equal(await ask('two.example', fromB), 'SERVFAIL 0');
  assert.equal(world.upstream.asked.length, 3);
  await turn();
  gate.resolve();
  assert.deepEqual(
    await Promise.all(waiting),
    Array.from({ length: 4 }, () => 'NOERROR 1'),
  );
  assert.equal(await ask('three.example', fromA), 'NOERROR 1');
});

test('more than its rate is not answered, and the others do not feel it; unknown addresses share one rate', async () => {
  const rate = { perSecond: 10, burst: 20 };
  const world = new DnsWorld({ limits: { rate, unknownRate: rate } }).populate();
  const name = dotted('web.default.svc.cluster.local');
  const answered = async (source: (index: number) => string, count: number): Promise<number> => {
    let answers = 0;
    for (let index = 0; index < count; index++)
      if ((await outcome(world, name, source(index))) !== 'nothing') answers++;
    return answers;
  };
  assert.equal(await answered(() => fromA, 1000), 20);
  assert.equal(await answered(() => fromB, 15), 15);
  assert.equal(await answered((index) => `10.9.9.${index % 250}`, 500), 20);
  await world.clock.advance(500);
  assert.equal(await answered(() => fromA, 1000), 5);
  assert.deepEqual([world.counters.of({ tenant: 'a', hostNamespace: 'sublet-a' }).of('limited')], [980 + 995]);
});

/** A headless service with so many endpoints. */
function large(world: DnsWorld, count: number): void {
  const service = copyOf('a', 'default', 'large', { spec: { clusterIP: 'None' } });
  const endpoints = Array.from({ length: count }, (_, index) => ({ addresses: [`10.1.${index >> 8}.${index & 255}`] }));
  const ports = ['x', 'y', 'z'].map((name, index) => ({ name, port: index + 1, protocol: 'TCP' }));
  world.directory.put('services', service);
  world.directory.put('endpointslices', sliceOf(service, endpoints, ports));
}

test('of a large service a datagram says that there is more, and a connection gets a thousand', async () => {
  const world = new DnsWorld().populate();
  large(world, 3000);
  const packet = queryPacket(dotted('large.default.svc.cluster.local'), { udpBytes: 65_535 });
  const overUdp = headerOf((await world.ask(packet, fromA, 'udp')) ?? Buffer.alloc(12));
  const overTcp = headerOf((await world.ask(packet, fromA, 'tcp')) ?? Buffer.alloc(12));
  assert.deepEqual([overUdp.truncated, overTcp.truncated, overTcp.counts[1]], [true, false, 1000]);
});

test('answers that cost more count more: large services are no way around the rate', async () => {
  const rate = { perSecond: 1000, burst: 1000 };
  const world = new DnsWorld({ limits: { rate } }).populate();
  large(world, 3000);
  const answered = async (name: string, type: number): Promise<number> => {
    let answers = 0;
    for (let index = 0; index < 1000; index++)
      if (await world.ask(queryPacket(dotted(name), { type }), fromA, 'tcp')) answers++;
    await world.clock.advance(10_000);
    return answers;
  };
  assert.equal(await answered('web.default.svc.cluster.local', 1), 1000);
  assert.ok((await answered('large.default.svc.cluster.local', 1)) <= 8);
  assert.ok((await answered('_x._tcp.large.default.svc.cluster.local', 33)) <= 4);
  assert.ok((await answered('no-such-pod.large.default.svc.cluster.local', 1)) <= 90);
  assert.equal(await answered('web.default.svc.cluster.local', 1), 1000);
});

test("the host's services that the operator lets be seen are seen, as what he says; the tenant's own come first", async () => {
  const visible = [
    { host: 'monitoring/metrics', as: 'monitoring/metrics' },
    { host: 'monitoring/metrics', as: 'default/web' },
    { host: 'monitoring/metrics', as: 'shared/numbers' },
    { host: 'monitoring/gone', as: 'monitoring/gone' },
  ];
  const world = new DnsWorld({ settings: { a: { visible } } }).populate();
  const hosts = { apiVersion: 'v1', kind: 'Service', metadata: { namespace: 'monitoring', name: 'metrics' } };
  world.directory.put('services', { ...hosts, spec: { clusterIP: '10.96.7.7', ports: [{ port: 80 }] } }, true);
  const last = async (name: string, source: string): Promise<string> => {
    const answer = await world.ask(queryPacket(dotted(name)), source);
    return answer && headerOf(answer).rcode === 0 ? [...answer.subarray(-4)].join('.') : 'nothing';
  };
  assert.equal(await last('metrics.monitoring.svc.cluster.local', fromA), '10.96.7.7');
  assert.equal(await last('numbers.shared.svc.cluster.local', fromA), '10.96.7.7');
  assert.equal(await last('web.default.svc.cluster.local', fromA), '10.96.0.1');
  assert.equal(await last('gone.monitoring.svc.cluster.local', fromA), 'nothing');
  assert.equal(await last('metrics.monitoring.svc.cluster.local', fromB), 'nothing');
  assert.equal(await outcome(world, dotted('7.7.96.10.in-addr.arpa'), fromA, ptr), 'NOERROR 1');
  assert.equal(await outcome(world, dotted('7.7.96.10.in-addr.arpa'), fromB, ptr), 'NXDOMAIN 0');
});

test("a tenant's cluster may be called otherwise: then the usual name is the host's, and nobody is asked for it", async () => {
  const zone = { name: configuredName('a.example'), ttl: 7, servers: [] };
  const world = new DnsWorld({ settings: { a: { zone } } }).populate();
  assert.equal(await outcome(world, dotted('web.default.svc.a.example')), 'NOERROR 1');
  assert.equal(await outcome(world, dotted('web.default.svc.cluster.local')), 'NXDOMAIN 0');
  assert.equal(world.upstream.asked.length, 0);
});

test('an upstream that fails is a failure of the question, not of the server', async () => {
  const forward = { ask: () => Promise.reject(new Error('no resolver answered')) };
  const world = new DnsWorld({ forward }).populate();
  assert.equal(await outcome(world, dotted('www.example.com')), 'SERVFAIL 0');
  assert.equal(await outcome(world, dotted('web.default.svc.cluster.local')), 'NOERROR 1');
});

test('no packet makes the resolver throw', async () => {
  const world = new DnsWorld({ limits: unlimited }).populate();
  const base = queryPacket(dotted('_sql._tcp.db.data.svc.cluster.local'), { type: 33, udpBytes: 1232 });
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(fc.nat(base.length - 1), fc.nat(255)), { maxLength: 5 }),
      fc.nat(base.length),
      fc.constantFrom(fromA, fromB, '9.9.9.9', ''),
      async (changes, length, source) => {
        const packet = Buffer.from(base);
        for (const [at, value] of changes) packet[at] = value;
        const answer = await world.ask(packet.subarray(0, length), source, length % 2 === 0 ? 'udp' : 'tcp');
        if (answer) assert.equal(answer.readUInt16BE(0), packet.readUInt16BE(0));
      },
    ),
    { numRuns: 5000 },
  );
});
