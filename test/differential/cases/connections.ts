/** What leads into pods, as far as no node is needed for the answer. */
import { call, each, get, one, post, put, type Call, type Family, type Json } from '../case.ts';

const pods = '/api/v1/namespaces/{ns}/pods';
const named = (...names: string[]): Json => names.map((name) => ({ name, image: 'example.com/i:1' }));
const single = post(pods, { metadata: { name: 'p' }, spec: { containers: named('c') } });
const several = post(pods, {
  metadata: { name: 'p' },
  spec: { containers: named('a', 'b'), initContainers: named('i') },
});
const service = post('/api/v1/namespaces/{ns}/services', {
  metadata: { name: 's' },
  spec: { ports: [{ port: 80, name: 'http' }], selector: { a: 'b' } },
});

const logs: Readonly<Record<string, string>> = {
  'of a pod that waits for a node': '',
  'followed and with all else': 'follow=true&timestamps=true&sinceSeconds=5&limitBytes=10&tailLines=0&previous=true',
  'by its container': 'container=c',
  'of another container': 'container=x',
  'of an empty container': 'container=',
  'the last -1 lines': 'tailLines=-1',
  'no bytes': 'limitBytes=0',
  'since now': 'sinceSeconds=0',
  'since a time': 'sinceTime=2026-01-01T00:00:00Z',
  'since two times': 'sinceTime=2026-01-01T00:00:00Z&sinceSeconds=1',
  'since no time': 'sinceTime=',
  'since null': 'sinceTime=null',
  'since yesterday': 'sinceTime=yesterday',
  'lines that are no number': 'tailLines=x',
  'lines that are nothing': 'tailLines=',
  'very many lines': 'tailLines=9223372036854775808',
  'one stream': 'stream=Stdout',
  'no stream': 'stream=',
  'the last lines of one stream': 'stream=Stderr&tailLines=1',
  'several mistakes': 'tailLines=-1&limitBytes=-1&sinceSeconds=-1',
  'of flags in many words': 'follow=yes&previous=0&timestamps=False&insecureSkipTLSVerifyBackend=1',
  'options of something else': 'watch=true&dryRun=All&command=x',
};

const connections: Readonly<Record<string, readonly [method: string, path: string]>> = {
  'exec without an upgrade': ['POST', 'exec?command=a'],
  'exec by GET': ['GET', 'exec?command=a&stdin=true'],
  'exec of nothing': ['POST', 'exec'],
  'exec by PUT': ['PUT', 'exec?command=a'],
  'exec by DELETE': ['DELETE', 'exec?command=a'],
  'exec and more': ['POST', 'exec/more?command=a'],
  'exec in another container': ['POST', 'exec?command=a&container=x'],
  'a dry run of exec': ['POST', 'exec?command=a&dryRun=All'],
  'no dry run of exec': ['POST', 'exec?command=a&dryRun='],
  attach: ['POST', 'attach?stdin=1'],
  'attach by PATCH': ['PATCH', 'attach'],
  'port-forward': ['POST', 'portforward'],
  'port-forward by GET': ['GET', 'portforward?ports=80,81&ports=82'],
  'port-forward to a name': ['GET', 'portforward?ports=http'],
  'port-forward to too large a port': ['GET', 'portforward?ports=65536'],
  'a log by POST': ['POST', 'log'],
  'a log and more': ['GET', 'log/more'],
};

const proxies: Readonly<Record<string, readonly [method: string, path: string]>> = {
  'a pod without an address': ['GET', 'pods/p/proxy/'],
  'a pod without an address, its root': ['GET', 'pods/p/proxy'],
  'a pod without an address, by a port': ['GET', 'pods/p:80/proxy/a'],
  'a pod that is not there': ['GET', 'pods/x/proxy/'],
  'a pod that is not there, by PUT': ['PUT', 'pods/x:80/proxy/a'],
  'by a scheme': ['GET', 'pods/https:x:80/proxy/'],
  'by an unknown scheme': ['GET', 'pods/ftp:p:80/proxy/'],
  'by too much': ['GET', 'pods/a:b:c:d/proxy/'],
  'by nothing': ['GET', 'pods/:80/proxy/'],
  'by HEAD': ['HEAD', 'pods/x/proxy/'],
  'by OPTIONS': ['OPTIONS', 'pods/x/proxy/'],
  'by PATCH': ['PATCH', 'pods/x/proxy/'],
  'a dry run': ['GET', 'pods/p/proxy/?dryRun=All'],
  'a service that is not there': ['GET', 'services/x/proxy/'],
  'a service that is not there, by a port': ['GET', 'services/x:80/proxy/'],
  'a service by an unknown scheme': ['GET', 'services/ftp:s:80/proxy/'],
  'a service by too much': ['GET', 'services/a:b:c:d/proxy/'],
  'by the way of old': ['GET', '../../proxy/namespaces/{ns}/pods/p/'],
};

const policy = (name: string): readonly Call[] => [
  post('/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicies', {
    metadata: { name },
    spec: {
      failurePolicy: 'Fail',
      matchConstraints: {
        namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': '{ns}' } },
        resourceRules: [
          { apiGroups: [''], apiVersions: ['v1'], operations: ['CONNECT'], resources: ['pods/exec', 'pods/proxy'] },
        ],
      },
      validations: [{ expression: "request.operation != 'CONNECT'", message: 'not into pods' }],
    },
  }),
  post('/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicybindings', {
    metadata: { name },
    spec: { policyName: name, validationActions: ['Deny'] },
  }),
];

export const connectionCases: Family = {
  name: 'into pods',
  cases: [
    ...each('a log', logs, (query) => get(`${pods}/p/log?${query}`), [single]),
    one('a log of one of several containers', get(`${pods}/p/log`), [several]),
    one('a log of an init container', get(`${pods}/p/log?container=i`), [several]),
    one('a log of a pod that is not there', get(`${pods}/p/log`)),
    one('a log of a pod that is not there, with mistakes', get(`${pods}/p/log?tailLines=-1`)),
    one('a log as JSON', get(`${pods}/p/log`, { accept: 'application/json' }), [single]),
    ...each('connections', connections, ([method, path]) => call(method, `${pods}/p/${path}`), [single]),
    one('exec in one of several containers', post(`${pods}/p/exec?command=a`), [several]),
    one('exec in a pod that is not there', post(`${pods}/p/exec?command=a`)),
    ...each('a proxy', proxies, ([method, path]) => call(method, `/api/v1/namespaces/{ns}/${path}`), [single, service]),
    one('a proxy with a body', put(`${pods}/x/proxy/a`, { a: 'b' })),
    {
      name: 'a policy about exec',
      given: [single, ...policy('connections-{ns}')],
      until: { call: post(`${pods}/p/exec?command=a`), status: 422 },
      calls: [post(`${pods}/p/exec?command=a`), get(`${pods}/p/proxy/`), get(`${pods}/p/log`)],
    },
  ],
};
