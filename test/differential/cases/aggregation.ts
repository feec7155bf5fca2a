/** APIServices: what is registered by itself, what may be written, and group versions whose server can't be reached. */
import { call, del, each, get, one, patch, post, put, type Call, type Family, type Json } from '../case.ts';

const path = '/apis/apiregistration.k8s.io/v1/apiservices';

const spec = { group: 'a.example', version: 'v1', groupPriorityMinimum: 1500, versionPriority: 10 };
const service = { namespace: '{ns}', name: 'absent' };

const apiService = (own: { readonly [key: string]: Json } = {}, name = 'v1.a.example'): Json => ({
  apiVersion: 'apiregistration.k8s.io/v1',
  kind: 'APIService',
  metadata: { name },
  spec: { ...spec, ...own },
});

/** Each refused, so nothing is left behind. */
const refused: Readonly<Record<string, Json>> = {
  'another name': apiService({}, 'v2.a.example'),
  'a name with a slash': apiService({}, 'v1/a.example'),
  'no group, but another version': apiService({ group: '', version: 'v2' }, 'v2.'),
  'a group that is no domain': apiService({ group: 'A_' }, 'v1.A_'),
  'a version that is no label': apiService({ version: '1' }, '1.a.example'),
  'no priorities': apiService({ groupPriorityMinimum: 0, versionPriority: 0 }),
  'priorities that are too great': apiService({ groupPriorityMinimum: 20_001, versionPriority: 1001 }),
  'local, with a bundle': apiService({ caBundle: 'YWJj' }),
  'local, without verification': apiService({ insecureSkipTLSVerify: true }),
  'a service without a name': apiService({ service: {} }),
  'a port that is none': apiService({ service: { ...service, port: 70_000 } }),
  'a bundle and no verification': apiService({ service, caBundle: 'YWJj', insecureSkipTLSVerify: true }),
  'no spec': { apiVersion: 'apiregistration.k8s.io/v1', kind: 'APIService', metadata: { name: 'x' } },
};

const remote = (group: string): Call[] => [
  post(path, apiService({ group, service, insecureSkipTLSVerify: true }, `v1.${group}`)),
];
const name = (group: string): string => `${path}/v1.${group}`;

export const aggregation: Family = {
  name: 'aggregation',
  cases: [
    one('what is registered by itself', get(`${path}?fieldSelector=metadata.name!=v1.a.example`)),
    ...each('is refused', refused, (object) => post(path, object)),
    {
      name: 'a local one is available at once, and can be changed with its version only',
      calls: [
        post(path, apiService({ group: 'local.example' }, 'v1.local.example'), { keep: 'local' }),
        put(name('local.example'), apiService({ group: 'local.example', versionPriority: 11 }, 'v1.local.example')),
        patch('merge', name('local.example'), { spec: { versionPriority: 12 } }),
        patch('merge', name('local.example'), { spec: { group: 'other.example' } }),
        patch('merge', `${name('local.example')}/status`, { status: { conditions: [{ type: 'A', status: 'Maybe' }] } }),
        get('/apis'),
        get('/apis/local.example'),
        get('/apis/local.example/v1'),
        get('/apis/local.example/v1/things'),
        del(name('local.example')),
      ],
    },
    {
      name: 'what has no server is unavailable, whatever is asked',
      given: remote('remote.example'),
      until: { call: get('/apis/remote.example/v1'), status: 503 },
      calls: [
        get('/apis/remote.example/v1'),
        get('/apis/remote.example/v1/namespaces/a/things/b'),
        post('/apis/remote.example/v1/namespaces/a/things', { a: 1 }),
        call('OPTIONS', '/apis/remote.example/v1/things'),
        get('/apis/remote.example/v1/things', { as: 'nobody' }),
        get('/apis/remote.example/v1/things', { as: 'user' }),
        get('/apis/remote.example/v2'),
        get('/apis/remote.example'),
        del(name('remote.example')),
      ],
    },
  ],
};
