import assert from 'node:assert/strict';
import { test } from 'node:test';
import { NodeFiles } from './node-files.ts';
import type { Container, PodView } from './pod-view.ts';
import type { Files } from './shell/files.ts';

const container: Container = {
  name: 'c',
  image: 'i',
  volumeMounts: [
    { name: 'own', mountPath: '/own/' },
    { name: 'host', mountPath: '/host' },
    { name: 'part', mountPath: '/host/part', subPath: 'inside' },
    { name: 'claim', mountPath: '/claim' },
    { name: 'settings', mountPath: '/settings' },
  ],
};
const spec: PodView['spec'] = {
  containers: [container],
  volumes: [
    { name: 'own', emptyDir: {} },
    { name: 'host', hostPath: { path: '/data' } },
    { name: 'part', emptyDir: {} },
    { name: 'claim', persistentVolumeClaim: { claimName: 'disk' } },
    { name: 'settings' },
  ],
};

function view(files: NodeFiles, uid: string, node: string, run = 0): Files {
  return files.of({ uid, namespace: 'default', node, spec }, container, run);
}

const cases: readonly [
  path: string,
  sees: { readonly nextRun: boolean; readonly podBeside: boolean; readonly otherNode: boolean },
][] = [
  ['/tmp/x', { nextRun: false, podBeside: false, otherNode: false }],
  ['/own/x', { nextRun: true, podBeside: false, otherNode: false }],
  ['/host/x', { nextRun: true, podBeside: true, otherNode: false }],
  ['/host/part/x', { nextRun: true, podBeside: false, otherNode: false }],
  ['/claim/x', { nextRun: true, podBeside: true, otherNode: true }],
];
for (const [path, sees] of cases) {
  test(`who sees ${path}: ${JSON.stringify(sees)}`, () => {
    const files = new NodeFiles();
    view(files, 'a', 'node-1').write(path, 'text', 1);
    const seen = (by: Files): boolean => by.read(path, 2) === 'text';
    assert.deepEqual(
      {
        nextRun: seen(view(files, 'a', 'node-1', 1)),
        podBeside: seen(view(files, 'b', 'node-1')),
        otherNode: seen(view(files, 'b', 'node-2')),
      },
      sees,
    );
  });
}

test('a file is there from its time on, until it is removed', () => {
  const files = view(new NodeFiles(), 'a', 'node-1');
  files.write('/own/x', 'text', 10);
  files.write('/own/x', undefined, 20);
  assert.deepEqual(
    [9, 10, 19, 20].map((at) => files.read('/own/x', at)),
    [undefined, 'text', 'text', undefined],
  );
});

test('of what the host puts into a volume any file is there, and none is written', () => {
  const files = view(new NodeFiles(), 'a', 'node-1');
  files.write('/settings/x', 'text', 1);
  assert.equal(files.read('/settings/x', 2), '');
});

test('what only a pod had goes with it', () => {
  const files = new NodeFiles();
  for (const path of ['/tmp/x', '/own/x', '/host/x']) view(files, 'a', 'node-1').write(path, 'text', 1);
  files.forget('a');
  assert.deepEqual(
    ['/tmp/x', '/own/x', '/host/x'].map((path) => view(files, 'a', 'node-1').read(path, 2)),
    [undefined, undefined, 'text'],
  );
});
