/** Reviews of access that are odd or wrong: all that they say must be upstream's. */
import type { Loose } from '../../attack/cluster.ts';

const pods = { verb: 'list', resource: 'pods', namespace: 'default' };
const path = { path: '/metrics', verb: 'get' };
const user = 'somebody';

const labelSelectors: Readonly<Record<string, Loose>> = {
  'of nothing': {},
  raw: { rawSelector: 'a=b' },
  'raw, wrong': { rawSelector: 'a in (' },
  both: { rawSelector: 'a=b', requirements: [{ key: 'a', operator: 'Exists' }] },
  'all operators': {
    requirements: [
      { key: 'a', operator: 'In', values: ['b'] },
      { key: 'a', operator: 'NotIn', values: ['b', 'c'] },
      { key: 'a', operator: 'Exists' },
      { key: 'a', operator: 'DoesNotExist' },
    ],
  },
  'an unknown operator': { requirements: [{ key: 'a', operator: 'Like', values: ['b'] }] },
  'an unknown operator and a known one': {
    requirements: [
      { key: 'a', operator: 'Like', values: ['b'] },
      { key: 'a', operator: 'Exists' },
    ],
  },
  'too many and too few values': {
    requirements: [
      { key: 'a', operator: 'Exists', values: ['b'] },
      { key: 'a', operator: 'In', values: [] },
    ],
  },
  'a bad key and a bad value': {
    requirements: [
      { key: 'a b', operator: 'In', values: ['c d'] },
      { key: '', operator: 'Exists' },
    ],
  },
};

const fieldSelectors: Readonly<Record<string, Loose>> = {
  'of nothing': {},
  raw: { rawSelector: 'metadata.name=b' },
  'raw, wrong': { rawSelector: 'a' },
  both: { rawSelector: 'a=b', requirements: [{ key: 'a', operator: 'Exists' }] },
  'all operators': {
    requirements: [
      { key: 'a', operator: 'In', values: ['b'] },
      { key: 'a', operator: 'NotIn', values: ['b'] },
      { key: 'a', operator: 'Exists' },
      { key: 'a', operator: 'DoesNotExist' },
    ],
  },
  'many values': { requirements: [{ key: 'a', operator: 'In', values: ['b', 'c'] }] },
  'an unknown operator': { requirements: [{ key: 'a b', operator: 'Like', values: ['b'] }] },
  'too many and too few values': {
    requirements: [
      { key: 'a', operator: 'Exists', values: ['b'] },
      { key: '', operator: 'In', values: [] },
    ],
  },
};

const specs: Readonly<Record<string, Loose>> = {
  nothing: {},
  nobody: { resourceAttributes: pods },
  'nobody in no groups': { resourceAttributes: pods, groups: [], user: '' },
  'a group only': { resourceAttributes: pods, groups: ['system:masters'] },
  'both ways': { user, resourceAttributes: pods, nonResourceAttributes: path },
  'a path': { user, nonResourceAttributes: path },
  'an empty path': { user, nonResourceAttributes: {} },
  'no attributes': { user, resourceAttributes: {} },
  'extra and uid': { user, uid: 'u', extra: { 'A.b/c': ['d', 'e'] }, resourceAttributes: pods },
  'an unknown field': { user, resourceAttributes: { ...pods, verbs: 'x' } },
  'a wrong type': { user, resourceAttributes: { ...pods, verb: 1 } },
  'a version': { user, resourceAttributes: { ...pods, version: 'v9', group: 'nothing' } },
  ...Object.fromEntries(
    Object.entries(labelSelectors).map(([name, labelSelector]) => [
      `label selector: ${name}`,
      { user, resourceAttributes: { ...pods, labelSelector } },
    ]),
  ),
  ...Object.fromEntries(
    Object.entries(fieldSelectors).map(([name, fieldSelector]) => [
      `field selector: ${name}`,
      { user, resourceAttributes: { ...pods, fieldSelector } },
    ]),
  ),
  'both selectors wrong': {
    user,
    groups: ['system:masters'],
    resourceAttributes: { ...pods, fieldSelector: { rawSelector: 'a' }, labelSelector: { rawSelector: 'a in (' } },
  },
};

const group = '/apis/authorization.k8s.io/v1';

/** `name` → what is posted where. */
export const reviews: readonly (readonly [name: string, path: string, body: Loose])[] = [
  ...Object.entries(specs).flatMap(([name, spec]) => {
    const { user: _user, groups: _groups, uid: _uid, extra: _extra, ...own } = spec;
    return [
      [`of somebody: ${name}`, `${group}/subjectaccessreviews`, { spec }],
      [`of oneself: ${name}`, `${group}/selfsubjectaccessreviews`, { spec: own }],
      [
        `in a namespace: ${name}`,
        `${group}/namespaces/default/localsubjectaccessreviews`,
        { metadata: { namespace: 'default' }, spec },
      ],
    ] as const;
  }),
  [
    'in another namespace',
    `${group}/namespaces/kube-system/localsubjectaccessreviews`,
    { spec: { user, resourceAttributes: pods } },
  ],
  [
    'in no namespace',
    `${group}/namespaces/default/localsubjectaccessreviews`,
    { spec: { user, resourceAttributes: { verb: 'get', resource: 'pods' } } },
  ],
  [
    'with a name',
    `${group}/subjectaccessreviews`,
    { metadata: { name: 'x' }, spec: { user, resourceAttributes: pods } },
  ],
  [
    'with labels',
    `${group}/selfsubjectaccessreviews`,
    { metadata: { labels: { a: 'b' } }, spec: { resourceAttributes: pods } },
  ],
  [
    'with a status',
    `${group}/subjectaccessreviews`,
    { spec: { user, resourceAttributes: pods }, status: { allowed: true, reason: 'mine' } },
  ],
  ['rules of no namespace', `${group}/selfsubjectrulesreviews`, { spec: {} }],
  ['rules, by root', `${group}/selfsubjectrulesreviews`, { spec: { namespace: 'default' } }],
  [
    'rules, with a name',
    `${group}/selfsubjectrulesreviews`,
    { metadata: { name: 'x' }, spec: { namespace: 'nowhere' } },
  ],
];
