/** Patches that are no patches, that do not apply, or that lead to an object that may not be. */
import { each, get, one, patch, post, type Case, type Family } from '../case.ts';

const configMaps = '/api/v1/namespaces/{ns}/configmaps';
const deployments = '/apis/apps/v1/namespaces/{ns}/deployments';
const path = `${configMaps}/a`;
const existing = [post(configMaps, { metadata: { name: 'a', labels: { x: 'y' } }, data: { k: 'v', l: 'w' } })];
const deployment = [
  post(deployments, {
    metadata: { name: 'd' },
    spec: {
      selector: { matchLabels: { a: 'b' } },
      template: {
        metadata: { labels: { a: 'b' } },
        spec: {
          containers: [
            { name: 'c', image: 'i' },
            { name: 'd', image: 'j', env: [{ name: 'A', value: '1' }] },
          ],
        },
      },
    },
  }),
];
const ofContainers = (containers: string): string => `{"spec":{"template":{"spec":{"containers":${containers}}}}}`;

const json: Readonly<Record<string, string>> = {
  nothing: '',
  'no JSON': 'x',
  'an object': '{"op":"add","path":"/data/x","value":"y"}',
  null: 'null',
  'an empty list': '[]',
  'a list of numbers': '[1]',
  'a test that fails': '[{"op":"test","path":"/data/k","value":"other"}]',
  'a test that holds': '[{"op":"test","path":"/data/k","value":"v"},{"op":"replace","path":"/data/k","value":"new"}]',
  'a test of what is not there': '[{"op":"test","path":"/data/nothing","value":"x"}]',
  'a removal of what is not there': '[{"op":"remove","path":"/data/nothing"}]',
  'a replacement of what is not there': '[{"op":"replace","path":"/data/nothing","value":"x"}]',
  'an addition below what is not there': '[{"op":"add","path":"/nothing/x","value":"x"}]',
  'an unknown operation': '[{"op":"wish","path":"/data/k","value":"x"}]',
  'no operation': '[{"path":"/data/k","value":"x"}]',
  'no path': '[{"op":"add","value":"x"}]',
  'no value': '[{"op":"add","path":"/data/x"}]',
  'a path without a slash': '[{"op":"add","path":"data/x","value":"y"}]',
  'a copy': '[{"op":"copy","from":"/data/k","path":"/data/m"}]',
  'a copy of what is not there': '[{"op":"copy","from":"/data/nothing","path":"/data/m"}]',
  'a move': '[{"op":"move","from":"/data/k","path":"/data/m"}]',
  'a move without from': '[{"op":"move","path":"/data/m"}]',
  'an index beyond the list':
    '[{"op":"add","path":"/metadata/finalizers","value":[]},{"op":"add","path":"/metadata/finalizers/5","value":"a/b"}]',
  'the whole document': '[{"op":"replace","path":"","value":{}}]',
  'a removal of the name': '[{"op":"remove","path":"/metadata/name"}]',
  'a wrong type': '[{"op":"replace","path":"/data/k","value":5}]',
  'metadata as text': '[{"op":"replace","path":"/metadata","value":"x"}]',
  escapes:
    '[{"op":"add","path":"/metadata/annotations","value":{}},{"op":"add","path":"/metadata/annotations/example.com~1a","value":"b~c"}]',
  '10,001 operations': `[${Array.from({ length: 10_001 }, () => '{"op":"test","path":"/data/k","value":"v"}').join(',')}]`,
};

const merge: Readonly<Record<string, string>> = {
  nothing: '',
  'no JSON': 'x',
  truncated: '{"data":{',
  'an array': '[]',
  'a string': '"x"',
  'a number': '5',
  null: 'null',
  'an empty object': '{}',
  'null for data': '{"data":null}',
  'null for metadata': '{"metadata":null}',
  'null for the name': '{"metadata":{"name":null}}',
  'null for a key': '{"data":{"k":null,"m":"n"}}',
  'a number for a string': '{"data":{"k":5}}',
  'an array for data': '{"data":["a"]}',
  'a string for metadata': '{"metadata":"x"}',
  'a bad label': '{"metadata":{"labels":{"a b":"c"}}}',
  'null for the uid': '{"metadata":{"uid":null}}',
  'duplicate keys': '{"data":{"k":"1","k":"2"}}',
  YAML: 'data:\n  k: x\n',
};

const strategic: Readonly<Record<string, string>> = {
  nothing: '',
  'no JSON': 'x',
  'an array': '[]',
  'a string': '"x"',
  null: 'null',
  'an unknown directive': '{"$patch":"wish"}',
  'a directive that is no text': '{"$patch":5}',
  'delete of the whole': '{"$patch":"delete"}',
  'replace of the whole': '{"$patch":"replace","metadata":{"name":"a"},"data":{"only":"this"}}',
  'an unknown directive with a dollar sign': '{"data":{"$wish":"x"}}',
  '$retainKeys that is no list': '{"data":{"$retainKeys":"x"}}',
  '$retainKeys without the keys': '{"data":{"$retainKeys":["k"],"m":"n"}}',
  'deletion of primitives of a map': '{"data":{"$deleteFromPrimitiveList/k":["v"]}}',
  'a finalizer added': '{"metadata":{"finalizers":["example.com/a"]}}',
  'a finalizer deleted': '{"metadata":{"$deleteFromPrimitiveList/finalizers":["example.com/a"]}}',
};

const strategicOfDeployment: Readonly<Record<string, string>> = {
  'a container without its name': ofContainers('[{"image":"x"}]'),
  'containers as an object': ofContainers('{"name":"c"}'),
  'containers of texts': ofContainers('["c"]'),
  'a container changed': ofContainers('[{"name":"c","image":"x"}]'),
  'a container deleted': ofContainers('[{"name":"c","$patch":"delete"}]'),
  'a container deleted without its name': ofContainers('[{"$patch":"delete"}]'),
  'all containers replaced': ofContainers('[{"$patch":"replace"},{"name":"new","image":"n"}]'),
  'an unknown directive in a list': ofContainers('[{"name":"c","$patch":"wish"}]'),
  'an order': ofContainers('[{"name":"d"},{"name":"c"}]').replace(
    '"containers":',
    '"$setElementOrder/containers":[{"name":"d"},{"name":"c"}],"containers":',
  ),
  'an order that lacks a container':
    '{"spec":{"template":{"spec":{"$setElementOrder/containers":[{"name":"d"}],"containers":[{"name":"c","image":"x"}]}}}}',
  'the selector changed': '{"spec":{"selector":{"matchLabels":{"a":"c"}}}}',
  'a container twice': ofContainers('[{"name":"c","image":"x"},{"name":"c","image":"y"}]'),
  'a strategy with retained keys': '{"spec":{"strategy":{"$retainKeys":["type"],"type":"Recreate"}}}',
  'a strategy without retained keys': '{"spec":{"strategy":{"type":"Recreate"}}}',
  'the environment of a container': ofContainers(
    '[{"name":"d","env":[{"name":"B","value":"2"},{"name":"A","$patch":"delete"}]}]',
  ),
  'negative replicas': '{"spec":{"replicas":-1}}',
  'an unknown field': '{"spec":{"nothing":1}}',
};

const apply: Readonly<Record<string, string>> = {
  nothing: '',
  'no YAML': '{',
  'no name': 'apiVersion: v1\nkind: ConfigMap\n',
  'another name': 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: b\n',
  'no kind': 'metadata:\n  name: a\n',
  'another kind': 'apiVersion: v1\nkind: Secret\nmetadata:\n  name: a\n',
  'another version': 'apiVersion: v9\nkind: ConfigMap\nmetadata:\n  name: a\n',
  'managed fields': 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\n  managedFields:\n  - manager: x\n',
  'a wrong type': 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\ndata:\n  k: 5\n',
  'an unknown field': 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\nnothing: 1\n',
  'a list': '- a\n',
};

const sequence: Case = {
  name: 'three forms of patch, one after the other',
  given: existing,
  calls: [
    patch('merge', path, { data: { k: null, m: 'n' } }),
    patch('strategic', path, { metadata: { labels: { x: null, z: '1' } } }),
    patch('json', path, [{ op: 'add', path: '/data/o', value: 'p' }]),
    get(path),
  ],
};

export const patches: Family = {
  name: 'patches',
  cases: [
    ...each('JSON patch', json, (body) => patch('json', path, body), existing),
    ...each('merge patch', merge, (body) => patch('merge', path, body), existing),
    ...each('strategic merge patch', strategic, (body) => patch('strategic', path, body), existing),
    ...each(
      'strategic merge patch of a Deployment',
      strategicOfDeployment,
      (body) => patch('strategic', `${deployments}/d`, body),
      deployment,
    ),
    ...each('apply', apply, (body) => patch('apply', `${path}?fieldManager=me`, body), existing),
    one(
      'apply without a field manager',
      patch('apply', path, 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\n'),
      existing,
    ),
    one('a patch of what is not there', patch('merge', `${configMaps}/nothing`, {})),
    one(
      'a JSON patch of what is not there',
      patch('json', `${configMaps}/nothing`, '[{"op":"test","path":"/a","value":1}]'),
    ),
    one('a patch of an unknown resource', patch('merge', '/api/v1/namespaces/{ns}/things/a', {})),
    sequence,
  ],
};
