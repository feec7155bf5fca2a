/** Selectors, pages, revisions and watches that make no sense, and some that do. */
import { each, get, one, patch, post, del, type Case, type Family } from '../case.ts';

const configMaps = '/api/v1/namespaces/{ns}/configmaps';
// The list at the end waits until upstream's watch cache has seen them.
const made = [
  ...['a', 'b', 'c'].map((name) =>
    post(configMaps, { metadata: { name, labels: { app: name, x: '1' } }, data: { k: name } }),
  ),
  get(configMaps),
];
const token = (text: string): string => Buffer.from(text).toString('base64url');

const selectors: Readonly<Record<string, string>> = {
  equal: 'app=a',
  'double equal': 'app==a',
  'not equal': 'app!=a',
  in: 'app in (a,b)',
  notin: 'app notin (a)',
  exists: 'app',
  'does not exist': '!app',
  several: 'app in (a,b),x=1,!y',
  'greater than': 'x>0',
  'less than': 'x<1',
  spaces: '  app  in  ( a , b )  ',
  'an empty value': 'app=',
  'a trailing comma': 'app=a,',
  'a leading comma': ',app=a',
  'no value list': 'app in',
  'an unclosed list': 'app in (a',
  'an empty list': 'app in ()',
  'no comma': 'app=a x=1',
  'a bad key': 'a b=c',
  'a key with a bad character': 'a$=c',
  'a bad value': 'app=a b',
  'a long value': `app=${'x'.repeat(64)}`,
  'a bad value in a list': 'app in (a,$)',
  'greater than no number': 'x>a',
  'three equal signs': 'app===a',
  'an operator only': '=',
  'a parenthesis': '(',
  'an unknown operator': 'app like a',
  'a negation of a value': '!app=a',
  'a bad prefix': 'A_/b=c',
};

const fields: Readonly<Record<string, string>> = {
  'a name': 'metadata.name=a',
  'a namespace': 'metadata.namespace={ns}',
  'not a name': 'metadata.name!=a',
  'an unknown field': 'data.k=a',
  'an unknown field of metadata': 'metadata.uid=a',
  'no operator': 'metadata.name',
  'an empty value': 'metadata.name=',
  'two names': 'metadata.name=a,metadata.name=b',
  'a bad escape': String.raw`metadata.name=a\b`,
  'an unescaped comma': 'metadata.name=a,b',
  'double equal': 'metadata.name==a',
  'an empty key': '=a',
};

const options: Readonly<Record<string, string>> = {
  'a limit of text': 'limit=many',
  'a negative limit': 'limit=-1',
  'a limit beyond int64': 'limit=9223372036854775808',
  'a limit with a fraction': 'limit=1.5',
  'an empty limit': 'limit=',
  'limit 0': 'limit=0',
  'a garbage token': 'continue=garbage',
  'a token of garbage JSON': `continue=${token('{"v":')}`,
  'a token of an unknown version': `continue=${token('{"v":"meta.k8s.io/v9","rv":1,"start":"a"}')}`,
  'a token without a start': `continue=${token('{"v":"meta.k8s.io/v1","rv":1}')}`,
  'a token without a revision': `continue=${token('{"v":"meta.k8s.io/v1","start":"a"}')}`,
  'a token that climbs out': `continue=${token(String.raw`{"v":"meta.k8s.io/v1","rv":1,"start":"../../secrets/x"}`)}`,
  'a token of the future': `continue=${token(String.raw`{"v":"meta.k8s.io/v1","rv":99999999,"start":"a\u0000"}`)}&limit=1`,
  'a token with a revision': `continue=${token(String.raw`{"v":"meta.k8s.io/v1","rv":5,"start":"a\u0000"}`)}&resourceVersion=5`,
  'a revision of text': 'resourceVersion=new',
  'a negative revision': 'resourceVersion=-1',
  'a revision with a fraction': 'resourceVersion=1.5',
  'revision 0': 'resourceVersion=0',
  'revision 0, exactly': 'resourceVersion=0&resourceVersionMatch=Exact',
  'revision 0, not older': 'resourceVersion=0&resourceVersionMatch=NotOlderThan',
  'revision 1, not older': 'resourceVersion=1&resourceVersionMatch=NotOlderThan',
  'a match without a revision': 'resourceVersionMatch=Exact',
  'an unknown match': 'resourceVersion=1&resourceVersionMatch=About',
  'an unknown match without a revision': 'resourceVersionMatch=About',
  'a match with a token': `resourceVersion=1&resourceVersionMatch=Exact&continue=${token('{}')}`,
  'initial events of a list': 'sendInitialEvents=true',
  'bookmarks of a list': 'allowWatchBookmarks=true',
  'a timeout of text': 'timeoutSeconds=soon',
  'a negative timeout': 'timeoutSeconds=-1',
  'a timeout of the request of text': 'timeout=soon',
  'a watch of text': 'watch=maybe&timeoutSeconds=1',
};

const future = 'resourceVersion=99999999';
const watches: Readonly<Record<string, string>> = {
  'a revision of text': 'resourceVersion=new',
  'a negative revision': 'resourceVersion=-1',
  'a match': 'resourceVersion=1&resourceVersionMatch=Exact',
  'a match that is allowed for lists': 'resourceVersion=1&resourceVersionMatch=NotOlderThan',
  'initial events without a match': 'sendInitialEvents=true&allowWatchBookmarks=true',
  'initial events without bookmarks': 'sendInitialEvents=true&resourceVersionMatch=NotOlderThan',
  'initial events with an exact match': 'sendInitialEvents=true&resourceVersionMatch=Exact&allowWatchBookmarks=true',
  'no initial events without a match': 'sendInitialEvents=false',
  'a token': `continue=${token('{}')}`,
  'a bad selector': 'labelSelector=a%20b',
  'an unknown field': 'fieldSelector=data.k%3Da',
  'a timeout of text': 'timeoutSeconds=soon',
  'a limit of text': 'limit=many',
};

const referenceParts = ['kind', 'namespace', 'name', 'uid', 'apiVersion', 'resourceVersion', 'fieldPath'];
const partsOf = (field: string): string => referenceParts.map((part) => `${field}.${part}`).join(' ');

/** Every label of every kind that has some of its own, and what looks like one. */
const fieldLabels: Readonly<Record<string, string>> = {
  '/api/v1/namespaces/{ns}/pods':
    'spec.nodeName spec.restartPolicy spec.schedulerName spec.serviceAccountName spec.hostNetwork spec.host ' +
    'status.phase status.podIP status.podIPs status.nominatedNodeName status.hostIP',
  '/api/v1/nodes': 'metadata.name metadata.namespace spec.unschedulable spec.podCIDR',
  '/api/v1/namespaces/{ns}/replicationcontrollers': 'status.replicas spec.replicas',
  '/apis/apps/v1/namespaces/{ns}/replicasets': 'status.replicas metadata.namespace',
  '/apis/apps/v1/namespaces/{ns}/statefulsets': 'status.replicas metadata.name',
  '/api/v1/namespaces/{ns}/events': `${partsOf('involvedObject')} reason reportingComponent reportingController source type regarding.name message`,
  '/apis/events.k8s.io/v1/namespaces/{ns}/events': `${partsOf('regarding')} reason reportingController reportingComponent type involvedObject.name note`,
  '/api/v1/namespaces': 'metadata.name metadata.namespace status.phase name',
  '/api/v1/namespaces/{ns}/secrets': 'type metadata.namespace immutable',
  '/api/v1/namespaces/{ns}/services': 'spec.clusterIP spec.type spec.externalName',
  '/api/v1/persistentvolumes': 'name metadata.name metadata.namespace',
  '/api/v1/namespaces/{ns}/persistentvolumeclaims': 'name metadata.name',
  '/api/v1/namespaces/{ns}/configmaps': 'name',
  '/apis/batch/v1/namespaces/{ns}/jobs': 'status.successful status.failed metadata.namespace',
  '/apis/batch/v1/namespaces/{ns}/cronjobs': 'status.successful',
  '/apis/certificates.k8s.io/v1/certificatesigningrequests': 'spec.signerName metadata.namespace spec.username',
  '/apis/resource.k8s.io/v1/resourceslices': 'spec.nodeName spec.driver metadata.namespace spec.pool',
  '/apis/coordination.k8s.io/v1/namespaces/{ns}/leases': 'spec.holderIdentity',
  '/apis/storage.k8s.io/v1/storageclasses': 'metadata.namespace provisioner',
};

const selectedPods: Case = {
  name: 'pods by their fields',
  given: [
    ...['a', 'b'].map((name) =>
      post('/api/v1/namespaces/{ns}/pods', {
        metadata: { name },
        spec: { nodeName: `node-{ns}-${name}`, hostNetwork: name === 'b', containers: [{ name: 'c', image: 'i' }] },
      }),
    ),
    get('/api/v1/namespaces/{ns}/pods'),
  ],
  calls: [
    'spec.nodeName=node-{ns}-a',
    'spec.host=node-{ns}-b',
    'spec.hostNetwork=true',
    'spec.hostNetwork!=true',
    'spec.restartPolicy=Always,metadata.name=b',
    'spec.schedulerName=default-scheduler',
    'status.phase=Pending,status.podIP=',
    'status.podIPs=',
    'status.podIPs=10.0.0.1',
  ].map((text) =>
    get(`/api/v1/namespaces/{ns}/pods?fieldSelector=${encodeURIComponent(text).replaceAll('%7Bns%7D', '{ns}')}`),
  ),
};

const pages: Case = {
  name: 'pages: first, next, last, and the same token again',
  given: made,
  calls: [
    get(`${configMaps}?limit=1`, { keep: 'first' }),
    get(`${configMaps}?limit=1&continue={first.metadata.continue}`, { keep: 'second' }),
    get(`${configMaps}?limit=1&continue={second.metadata.continue}`),
    get(`${configMaps}?limit=1&continue={first.metadata.continue}`),
    get(`${configMaps}?continue={first.metadata.continue}`),
    get(`${configMaps}?limit=1&labelSelector=x%3D1`),
    get(`${configMaps}?limit=1&fieldSelector=metadata.name%3Dc`),
    get(`${configMaps}?limit=1&continue={first.metadata.continue}&resourceVersion=1`),
    get(`${configMaps}?limit=1&continue={first.metadata.continue}&resourceVersion=0`),
    get(`/api/v1/namespaces/default/configmaps?limit=1&continue={first.metadata.continue}`),
  ],
};

const watching: Case = {
  name: 'a watch from a revision tells what happened since',
  given: [post(configMaps, { metadata: { name: 'a' } }, { keep: 'a' })],
  calls: [
    post(configMaps, { metadata: { name: 'b', labels: { x: 'y' } } }),
    del(`${configMaps}/a`),
    get(`${configMaps}?watch=1&resourceVersion={a.metadata.resourceVersion}`, { events: 2 }),
    get(`${configMaps}?watch=1&resourceVersion={a.metadata.resourceVersion}&labelSelector=x%3Dy`, { events: 1 }),
    get(`${configMaps}?watch=1&resourceVersion={a.metadata.resourceVersion}&fieldSelector=metadata.name%3Da`, {
      events: 1,
    }),
    get(`${configMaps}?watch=1`, { events: 1 }),
    get(`${configMaps}?watch=1&resourceVersion=0`, { events: 1 }),
    get(`/api/v1/watch/namespaces/{ns}/configmaps`, { events: 1 }),
    get(`/api/v1/watch/namespaces/{ns}/configmaps/b`, { events: 1 }),
    get(`${configMaps}/b?watch=1`),
    get(`${configMaps}?watch=1&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true`, {
      events: 2,
    }),
    get(`${configMaps}?watch=1&timeoutSeconds=1&resourceVersion={a.metadata.resourceVersion}`),
  ],
};

const changed = [
  post(configMaps, { metadata: { name: 'a', labels: { on: 'yes' } }, data: { k: '1' } }, { keep: 'a' }),
  post(configMaps, { metadata: { name: 'b', labels: { on: 'yes' } }, data: { k: '1' } }, { keep: 'b' }),
  post(configMaps, { metadata: { name: 'c' }, data: { k: '1' } }, { keep: 'c' }),
  patch('merge', `${configMaps}/a`, { data: { k: '2' } }),
  patch('merge', `${configMaps}/b`, { metadata: { labels: { on: 'no' } }, data: { k: '2' } }),
  patch('merge', `${configMaps}/c`, { metadata: { labels: { on: 'yes' } } }, { keep: 'entered' }),
  patch('merge', `${configMaps}/c`, { data: { k: '3' } }),
  del(`${configMaps}/a`),
  // Waits until upstream's watch cache has seen it all.
  get(configMaps),
];
const since = (name: string): string => `resourceVersion={${name}.metadata.resourceVersion}`;

const versions: Case = {
  name: 'lists at versions: exactly, not older, with a limit, and what follows it',
  given: changed,
  calls: [
    ...['a', 'b', 'c', 'entered'].flatMap((name) =>
      ['', '&resourceVersionMatch=Exact', '&resourceVersionMatch=NotOlderThan'].flatMap((match) =>
        ['', '&limit=1', '&limit=10', '&labelSelector=on%3Dyes', '&labelSelector=on%3Dyes&limit=1'].map((more) =>
          get(`${configMaps}?${since(name)}${match}${more}`),
        ),
      ),
    ),
    ...['', '&resourceVersionMatch=NotOlderThan'].flatMap((match) =>
      ['&limit=1', '&limit=1&labelSelector=on%3Dyes'].map((more) =>
        get(`${configMaps}?resourceVersion=0${match}${more}`),
      ),
    ),
    get(`${configMaps}?${since('c')}&resourceVersionMatch=Exact&limit=1`, { keep: 'old' }),
    get(`${configMaps}?limit=1&continue={old.metadata.continue}`, { keep: 'older' }),
    get(`${configMaps}?limit=5&continue={older.metadata.continue}`),
    get(`${configMaps}?continue={old.metadata.continue}&labelSelector=on%3Dyes`),
    get(`${configMaps}?fieldSelector=metadata.name%3Da&${since('c')}&resourceVersionMatch=Exact`),
    get(`${configMaps}?fieldSelector=metadata.name%3Da&${since('c')}&limit=1`),
    get(`${configMaps}?fieldSelector=metadata.name%3Da&${since('c')}`),
    get(`${configMaps}/b?${since('a')}`),
    get(`${configMaps}/b?resourceVersion=0`),
    get(`${configMaps}/a?${since('a')}`),
  ],
};

const versionWatches: Case = {
  name: 'watches from versions: what enters, changes, leaves and goes, by selector',
  given: changed,
  calls: [
    get(`${configMaps}?watch=1&${since('a')}`, { events: 7 }),
    get(`${configMaps}?watch=1&${since('a')}&labelSelector=on%3Dyes`, { events: 6 }),
    get(`${configMaps}?watch=1&${since('a')}&labelSelector=on!%3Dyes`, { events: 5 }),
    get(`${configMaps}?watch=1&${since('a')}&fieldSelector=metadata.name%3Da`, { events: 2 }),
    get(`${configMaps}?watch=1&${since('a')}&fieldSelector=metadata.name!%3Da`, { events: 5 }),
    get(`${configMaps}?watch=1&${since('a')}&labelSelector=on%3Dyes&fieldSelector=metadata.name%3Dc`, { events: 2 }),
    get(`/api/v1/configmaps?watch=1&${since('a')}&fieldSelector=metadata.namespace%3D{ns}`, { events: 7 }),
    get(`${configMaps}?watch=1&${since('c')}&resourceVersionMatch=NotOlderThan&sendInitialEvents=false`, { events: 5 }),
    get(
      `${configMaps}?watch=1&${since('c')}&resourceVersionMatch=NotOlderThan&sendInitialEvents=true&allowWatchBookmarks=1`,
      { events: 3 },
    ),
    get(`${configMaps}?watch=1&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&labelSelector=on%3Dyes`, {
      events: 1,
    }),
    get(
      `${configMaps}?watch=1&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true&labelSelector=on%3Dnone`,
      { events: 1 },
    ),
    get(`${configMaps}?watch=1&resourceVersion=0&labelSelector=on%3Dyes&limit=1`, { events: 1 }),
  ],
};

export const listOptions: Family = {
  name: 'list options',
  cases: [
    ...each(
      'label selector',
      selectors,
      (text) => get(`${configMaps}?labelSelector=${encodeURIComponent(text)}`),
      made,
    ),
    ...each(
      'field selector',
      fields,
      (text) => get(`${configMaps}?fieldSelector=${encodeURIComponent(text).replaceAll('%7Bns%7D', '{ns}')}`),
      made,
    ),
    ...each('a list with', options, (query) => get(`${configMaps}?${query}`), made),
    ...each('a watch with', watches, (query) => get(`${configMaps}?watch=true&${query}`, { events: 3 }), made),
    one('a get with a revision of text', get(`${configMaps}/a?resourceVersion=new`), made),
    one('a get with a revision of the future', get(`${configMaps}/a?${future}&timeout=5s`), made),
    one('a list with a revision of the future', get(`${configMaps}?${future}`), made),
    one(
      'a list with exactly a revision of the future',
      get(`${configMaps}?${future}&resourceVersionMatch=Exact`),
      made,
    ),
    one('pods by an unknown field', get('/api/v1/namespaces/{ns}/pods?fieldSelector=spec.image%3Dx')),
    one('pods by node', get('/api/v1/namespaces/{ns}/pods?fieldSelector=spec.nodeName%3Dx')),
    one(
      'events by involved object',
      get('/api/v1/namespaces/{ns}/events?fieldSelector=involvedObject.name%3Dx,type%21%3DNormal'),
    ),
    one('nodes by an unknown field', get('/api/v1/nodes?fieldSelector=spec.nothing%3Dtrue')),
    one('namespaces by phase', get('/api/v1/namespaces?fieldSelector=status.phase%3DTerminating')),
    one('secrets by type', get('/api/v1/namespaces/{ns}/secrets?fieldSelector=type%3DOpaque')),
    one(
      'deployments by an unknown field',
      get('/apis/apps/v1/namespaces/{ns}/deployments?fieldSelector=spec.replicas%3D1'),
    ),
    ...Object.entries(fieldLabels).map(([path, known]): Case => ({
      name: `field labels of ${path}`,
      calls: known.split(' ').map((label) => get(`${path}?fieldSelector=${label}%3Dx`)),
    })),
    selectedPods,
    pages,
    versions,
    watching,
    versionWatches,
  ],
};
