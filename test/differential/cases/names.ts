/** Names, and what is wrong with them, by kind. */
import { each, one, post, type Family, type Json } from '../case.ts';

const pod = { containers: [{ name: 'c', image: 'i' }] };
const workload = { selector: { matchLabels: { a: 'b' } }, template: { metadata: { labels: { a: 'b' } }, spec: pod } };
const long = (length: number): string => 'x'.repeat(length);

const badNames: Readonly<Record<string, string>> = {
  'upper case': 'Name',
  'an underscore': 'a_b',
  'a leading dash': '-a',
  'a trailing dash': 'a-',
  'a leading dot': '.a',
  'two dots inside': 'a..b',
  'a space': 'a b',
  'a slash': 'a/b',
  'a percent sign': 'a%b',
  'one dot': '.',
  'two dots': '..',
  'another alphabet': 'ä',
  'a NUL': 'a\0b',
  'an empty name': '',
  '254 characters': long(254),
};

/** A kind, and what else it must have. */
const kinds: Readonly<Record<string, { readonly path: string; readonly fields: { readonly [key: string]: Json } }>> = {
  ConfigMap: { path: '/api/v1/namespaces/{ns}/configmaps', fields: {} },
  Secret: { path: '/api/v1/namespaces/{ns}/secrets', fields: {} },
  Pod: { path: '/api/v1/namespaces/{ns}/pods', fields: { spec: pod } },
  Service: { path: '/api/v1/namespaces/{ns}/services', fields: { spec: { ports: [{ port: 80 }] } } },
  Namespace: { path: '/api/v1/namespaces', fields: {} },
  Node: { path: '/api/v1/nodes', fields: {} },
  ServiceAccount: { path: '/api/v1/namespaces/{ns}/serviceaccounts', fields: {} },
  PersistentVolumeClaim: {
    path: '/api/v1/namespaces/{ns}/persistentvolumeclaims',
    fields: { spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } } },
  },
  Deployment: { path: '/apis/apps/v1/namespaces/{ns}/deployments', fields: { spec: workload } },
  StatefulSet: {
    path: '/apis/apps/v1/namespaces/{ns}/statefulsets',
    fields: { spec: { ...workload, serviceName: 's' } },
  },
  Job: {
    path: '/apis/batch/v1/namespaces/{ns}/jobs',
    fields: { spec: { template: { spec: { ...pod, restartPolicy: 'Never' } } } },
  },
  CronJob: {
    path: '/apis/batch/v1/namespaces/{ns}/cronjobs',
    fields: {
      spec: {
        schedule: '* * * * *',
        jobTemplate: { spec: { template: { spec: { ...pod, restartPolicy: 'Never' } } } },
      },
    },
  },
  Role: { path: '/apis/rbac.authorization.k8s.io/v1/namespaces/{ns}/roles', fields: {} },
  Ingress: {
    path: '/apis/networking.k8s.io/v1/namespaces/{ns}/ingresses',
    fields: { spec: { defaultBackend: { service: { name: 's', port: { number: 80 } } } } },
  },
  Lease: { path: '/apis/coordination.k8s.io/v1/namespaces/{ns}/leases', fields: {} },
};

export const names: Family = {
  name: 'names',
  cases: [
    ...each('a ConfigMap named with', badNames, (name) =>
      post('/api/v1/namespaces/{ns}/configmaps', { metadata: { name } }),
    ),
    ...each('a Role named with', badNames, (name) =>
      post('/apis/rbac.authorization.k8s.io/v1/namespaces/{ns}/roles', { metadata: { name } }),
    ),
    ...each('in upper case, a', kinds, ({ path, fields }) => post(path, { metadata: { name: 'Upper' }, ...fields })),
    ...each('with a dot, a', kinds, ({ path, fields }) => post(path, { metadata: { name: 'a.b-{ns}' }, ...fields })),
    ...each('beginning with a digit, a', kinds, ({ path, fields }) =>
      post(path, { metadata: { name: '1-{ns}' }, ...fields }),
    ),
    ...each('of 64 characters, a', kinds, ({ path, fields }) =>
      post(path, { metadata: { name: long(64) }, ...fields }),
    ),
    ...each('without a name, a', kinds, ({ path, fields }) => post(path, { metadata: {}, ...fields })),
    ...each('without metadata, a', kinds, ({ path, fields }) => post(path, fields)),
    ...each(
      'generateName',
      {
        'that is good': 'made-',
        'in upper case': 'MADE-',
        'with an underscore': 'made_',
        'that is too long': long(300),
        'of 250 characters': `${long(244)}-made-`,
        'that is empty': '',
        'that is a dash': '-',
      },
      (generateName) => post('/api/v1/namespaces/{ns}/configmaps', { metadata: { generateName } }),
    ),
    one(
      'a name and a generateName',
      post('/api/v1/namespaces/{ns}/configmaps', { metadata: { name: 'named', generateName: 'made-' } }),
    ),
    one(
      'a generateName of a Service that begins with a digit',
      post('/api/v1/namespaces/{ns}/services', { metadata: { generateName: '1-' }, spec: { ports: [{ port: 80 }] } }),
    ),
    one('a namespace with a bad name', post('/api/v1/namespaces/Bad_Name/configmaps', { metadata: { name: 'a' } })),
  ],
};
