import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseSwitches } from '../lib/switches.ts';
import { clusterRules, definitionRules, hostRules, rulesElsewhere } from './host-rules.ts';
import { kindsSwitchedOn } from './kinds/synced-kinds.ts';
import { mirroredKinds } from './mirrors/mirrored-kinds.ts';

test('a tenant that sees nothing of its host needs no rights beyond its namespace', () => {
  assert.deepEqual(clusterRules(mirroredKinds, {}), []);
});

test('what a tenant sees it may read, and nothing else', () => {
  assert.deepEqual(clusterRules(mirroredKinds, { nodes: { selector: 'pool=a' } }), [
    { apiGroups: [''], resources: ['nodes'], verbs: ['get', 'list', 'watch'] },
    { apiGroups: ['metrics.k8s.io'], resources: ['nodes'], verbs: ['list'] },
  ]);
  const classes = clusterRules(mirroredKinds, { storageclasses: {} });
  assert.deepEqual(
    classes.map(({ resources }) => resources),
    [['storageclasses']],
  );
});

test('for copies without a namespace it may write where they stand, and for nothing that is off', () => {
  assert.deepEqual(clusterRules(mirroredKinds, {}, kindsSwitchedOn(['*'])), []);
  assert.deepEqual(clusterRules(mirroredKinds, { priorityclasses: {} }, kindsSwitchedOn(['*', 'priorityclasses'])), [
    {
      apiGroups: ['scheduling.k8s.io'],
      resources: ['priorityclasses'],
      verbs: ['get', 'list', 'watch', 'create', 'update', 'delete'],
    },
  ]);
});

test('in other namespaces it may read what is seen of them, by name where names are said', () => {
  const fromHost = {
    configmaps: {
      mappings: [
        { from: 'a/*', to: 'x/*' },
        { from: 'b/one', to: 'x/one' },
      ],
    },
    secrets: { mappings: [{ from: 'b/key', to: 'x/key' }] },
  };
  assert.deepEqual(clusterRules(mirroredKinds, fromHost), []);
  const reading = ['get', 'list', 'watch'];
  assert.deepEqual(
    [...rulesElsewhere(mirroredKinds, fromHost)],
    [
      ['a', [{ apiGroups: [''], resources: ['configmaps'], verbs: reading }]],
      [
        'b',
        [
          { apiGroups: [''], resources: ['configmaps'], resourceNames: ['one'], verbs: reading },
          { apiGroups: [''], resources: ['secrets'], resourceNames: ['key'], verbs: reading },
        ],
      ],
    ],
  );
});

test('of definitions it may read those of what it carries, by name', () => {
  assert.deepEqual(definitionRules([]), []);
  assert.deepEqual(definitionRules(['b.example', 'a.example']), [
    {
      apiGroups: ['apiextensions.k8s.io'],
      resources: ['customresourcedefinitions'],
      resourceNames: ['a.example', 'b.example'],
      verbs: ['get', 'list', 'watch'],
    },
  ]);
});

/** `resource: verbs`, as the Role has them. */
function role(sync: string): Record<string, string> {
  const rules = hostRules(kindsSwitchedOn(parseSwitches(sync)));
  return Object.fromEntries(
    rules.map(({ apiGroups, resources, verbs }) => [[...resources, ...apiGroups].join('.'), verbs.join()]),
  );
}

const all = 'get,list,watch,create,update,delete';
/** Of pods that go to the host. */
const running = {
  'pods/ephemeralcontainers.': 'patch',
  'pods/resize.': 'patch',
  'pods/status.': 'patch',
  'pods/log.': 'get',
  'pods/exec.': 'get,create',
  'pods/attach.': 'get,create',
  'pods/portforward.': 'get,create',
  'pods/proxy.': 'get,create,update,patch,delete,',
  'pods.metrics.k8s.io': 'get,list',
};
/** Whatever is switched on. */
const common = {
  'events.': 'get,list,watch',
  'pods.': 'get,list,watch',
  'secrets.': 'get,list,watch',
  'services.': 'get,create,update,delete',
};

const roles: readonly (readonly [sync: string, role: Record<string, string>])[] = [
  [
    '*',
    {
      ...common,
      'configmaps.': all,
      'secrets.': all,
      'services.': all,
      'services/proxy.': 'get,create,update,patch,delete,',
      'endpoints.': all,
      'endpointslices.discovery.k8s.io': all,
      'persistentvolumeclaims.': all,
      'pods.': all,
      ...running,
    },
  ],
  [
    '*,-configmaps,-services,-endpoints,-endpointslices,-persistentvolumeclaims',
    { ...common, 'secrets.': all, 'pods.': all, ...running },
  ],
  [
    'ingresses,networkpolicies,poddisruptionbudgets',
    {
      ...common,
      'ingresses.networking.k8s.io': all,
      'networkpolicies.networking.k8s.io': all,
      'poddisruptionbudgets.policy': all,
    },
  ],
  ['configmaps', { ...common, 'configmaps.': all }],
  ['pods', { ...common, 'secrets.': all, 'pods.': all, ...running }],
  ['-pods', common],
];

for (const [sync, expected] of roles) {
  test(`the Role of --sync '${sync}' allows what is switched on, and nothing else`, () => {
    assert.deepEqual(role(sync), expected);
  });
}
