import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject } from '../../api/object.ts';
import { tellOfItself } from './downward.ts';
import type { Notice } from './in-cluster.ts';
import type { PodSpec } from './pod-view.ts';

const pod: KubeObject = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: {
    name: 'web',
    namespace: 'one',
    labels: { tier: 'front', app: 'web', 'sublet.dev/tenant': 'my own' },
    annotations: { note: 'two\nlines, "quoted"', 'kubectl.kubernetes.io/last-applied-configuration': '{}' },
  },
};

/** Where the pod reads, and what stands there. */
function read(fieldPath: string, of: KubeObject = pod, beside: Record<string, string> = {}) {
  const spec: PodSpec = {
    containers: [{ name: 'web', image: 'web', env: [{ name: 'A', valueFrom: { fieldRef: { fieldPath } } }] }],
    volumes: [{ name: 'v', downwardAPI: { items: [{ path: 'p', fieldRef: { fieldPath } }] } }],
  };
  const notices: Notice[] = [];
  const told = tellOfItself(spec, of, beside, (notice) => notices.push(notice));
  const path = spec.volumes?.[0]?.downwardAPI?.items?.[0]?.fieldRef?.fieldPath ?? '';
  assert.equal(spec.containers[0]?.env?.[0]?.valueFrom?.fieldRef?.fieldPath, path);
  const [, key] = /^metadata\.annotations\['(.*)'\]$/.exec(path) ?? [];
  return { path, text: key !== undefined && Object.hasOwn(told, key) ? told[key] : undefined, told, notices };
}

const cases: readonly { path: string; reads?: string; text?: string }[] = [
  { path: 'metadata.name', reads: "metadata.annotations['sublet.dev/name']" },
  { path: 'metadata.namespace', reads: "metadata.annotations['sublet.dev/namespace']" },
  { path: 'metadata.uid', reads: "metadata.annotations['sublet.dev/uid']" },
  { path: 'spec.serviceAccountName', reads: "metadata.annotations['sublet.dev/service-account']" },
  { path: 'spec.nodeName', reads: 'spec.nodeName' },
  { path: 'status.hostIP', reads: 'status.hostIP' },
  { path: 'status.podIPs', reads: 'status.podIPs' },
  { path: "metadata.labels['app']", reads: "metadata.labels['app']" },
  { path: "metadata.annotations['note']", reads: "metadata.annotations['note']" },
  { path: "metadata.labels['sublet.dev/tenant']", text: 'my own' },
  { path: "metadata.annotations['sublet.dev/uid']", text: '' },
  { path: "metadata.annotations['__proto__']", reads: "metadata.annotations['__proto__']" },
  { path: "metadata.annotations['kubectl.kubernetes.io/last-applied-configuration']", text: '{}' },
  {
    path: 'metadata.labels',
    reads: "metadata.annotations['sublet.dev/labels']",
    text: 'app="web"\nsublet.dev/tenant="my own"\ntier="front"',
  },
  {
    path: 'metadata.annotations',
    reads: "metadata.annotations['sublet.dev/annotations']",
    text: 'kubectl.kubernetes.io/last-applied-configuration="{}"\nnote="two\\nlines, \\"quoted\\""',
  },
];

for (const { path, reads, text } of cases) {
  test(`downward: ${path}`, () => {
    const found = read(path);
    if (reads !== undefined) assert.equal(found.path, reads);
    assert.equal(found.text, text);
    assert.deepEqual(found.notices, []);
  });
}

test('what nobody reads isn’t written', () => {
  assert.deepEqual(
    tellOfItself({ containers: [] }, pod, {}, () => assert.fail()),
    {},
  );
});

test('files for which an object has no room end behind a line, and it is said', () => {
  const annotations = Object.fromEntries(
    Array.from({ length: 20 }, (_, index) => [`a${String(index).padStart(2, '0')}`, 'x'.repeat(10_000)]),
  );
  const { text = '', notices } = read(
    'metadata.annotations',
    { ...pod, metadata: { ...pod.metadata, annotations } },
    annotations,
  );
  assert.equal(text.split('\n').length, 5);
  assert.match(text, /"$/);
  assert.deepEqual(
    notices.map(({ reason }) => reason),
    ['DownwardAPILimited'],
  );
});
