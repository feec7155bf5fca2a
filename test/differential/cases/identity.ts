/** What the body says of the object against what the URL says. */
import { each, one, post, put, type Family, type Json } from '../case.ts';

const configMaps = '/api/v1/namespaces/{ns}/configmaps';
const existing = post(configMaps, { metadata: { name: 'a' } });
const replicaSet = {
  selector: { matchLabels: { a: 'b' } },
  template: { metadata: { labels: { a: 'b' } }, spec: { containers: [{ name: 'c', image: 'i' }] } },
};

const wrong: Readonly<Record<string, Json>> = {
  'another kind': { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'a' } },
  'another kind of another group': { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'a' } },
  'an unknown kind': { apiVersion: 'v1', kind: 'Thing', metadata: { name: 'a' } },
  'a kind in lower case': { apiVersion: 'v1', kind: 'configmap', metadata: { name: 'a' } },
  'a list kind': { apiVersion: 'v1', kind: 'ConfigMapList', metadata: {}, items: [] },
  'the kind List': { apiVersion: 'v1', kind: 'List', items: [] },
  'an unknown version': { apiVersion: 'v9', kind: 'ConfigMap', metadata: { name: 'a' } },
  'an unknown group': { apiVersion: 'nothing.example.com/v1', kind: 'ConfigMap', metadata: { name: 'a' } },
  'a group that has no such kind': { apiVersion: 'apps/v1', kind: 'ConfigMap', metadata: { name: 'a' } },
  'an apiVersion with two slashes': { apiVersion: 'a/b/c', kind: 'ConfigMap', metadata: { name: 'a' } },
  'an empty apiVersion': { apiVersion: '', kind: 'ConfigMap', metadata: { name: 'a' } },
  'an apiVersion and no kind': { apiVersion: 'v1', metadata: { name: 'b' } },
  'a kind and no apiVersion': { kind: 'ConfigMap', metadata: { name: 'b' } },
  'a wrong kind and no apiVersion': { kind: 'Secret', metadata: { name: 'b' } },
  'a wrong apiVersion and no kind': { apiVersion: 'apps/v1', metadata: { name: 'b' } },
  'a Status': { apiVersion: 'v1', kind: 'Status', status: 'Success' },
  DeleteOptions: { apiVersion: 'v1', kind: 'DeleteOptions' },
  'another namespace': { metadata: { name: 'a', namespace: 'kube-system' } },
};

export const identity: Family = {
  name: 'identity',
  cases: [
    ...each('POST of', wrong, (body) => post(configMaps, body)),
    ...each('PUT of', wrong, (body) => put(`${configMaps}/a`, body), [existing]),
    one('PUT under another name', put(`${configMaps}/a`, { metadata: { name: 'b' } }), [existing]),
    one('PUT without a name', put(`${configMaps}/a`, { metadata: {} }), [existing]),
    one('PUT of what is not there', put(`${configMaps}/nothing`, { metadata: { name: 'nothing' } })),
    one(
      'PUT of what is not there, with a revision',
      put(`${configMaps}/nothing`, { metadata: { name: 'nothing', resourceVersion: '5' } }),
    ),
    one(
      'PUT with a uid of another',
      put(`${configMaps}/a`, { metadata: { name: 'a', uid: 'e0c5b3a2-0000-0000-0000-000000000000' } }),
      [existing],
    ),
    one('PUT without a revision', put(`${configMaps}/a`, { metadata: { name: 'a' }, data: { k: 'v' } }), [existing]),
    one('POST of what is there', post(configMaps, { metadata: { name: 'a' } }), [existing]),
    one('POST with a revision', post(configMaps, { metadata: { name: 'b', resourceVersion: '5' } })),
    one('POST with a uid', post(configMaps, { metadata: { name: 'b', uid: 'x' } })),
    one(
      'POST of a cluster-scoped object with a namespace',
      post('/api/v1/namespaces', { metadata: { name: 'b-{ns}', namespace: 'x' } }),
    ),
    one(
      'POST of a Deployment of an old version',
      post('/apis/apps/v1/namespaces/{ns}/deployments', {
        apiVersion: 'apps/v1beta1',
        kind: 'Deployment',
        metadata: { name: 'a' },
      }),
    ),
    one(
      'POST of a ReplicaSet as a Deployment',
      post('/apis/apps/v1/namespaces/{ns}/deployments', {
        apiVersion: 'apps/v1',
        kind: 'ReplicaSet',
        metadata: { name: 'a' },
        spec: replicaSet,
      }),
    ),
    one(
      'POST of a HorizontalPodAutoscaler of v1 to v2',
      post('/apis/autoscaling/v2/namespaces/{ns}/horizontalpodautoscalers', {
        apiVersion: 'autoscaling/v1',
        kind: 'HorizontalPodAutoscaler',
        metadata: { name: 'a' },
        spec: { maxReplicas: 3, scaleTargetRef: { kind: 'Deployment', name: 'a' } },
      }),
    ),
    one(
      'POST of an Event of another group',
      post('/api/v1/namespaces/{ns}/events', {
        apiVersion: 'events.k8s.io/v1',
        kind: 'Event',
        metadata: { name: 'a' },
      }),
    ),
  ],
};
