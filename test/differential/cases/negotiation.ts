/** Content types of what is sent and of what is wanted. */
import { each, get, one, patch, post, type Family } from '../case.ts';

const configMaps = '/api/v1/namespaces/{ns}/configmaps';
const existing = post(configMaps, { metadata: { name: 'a' }, data: { k: 'v' } });
const body = '{"metadata":{"name":"b"}}';

export const negotiation: Family = {
  name: 'negotiation',
  cases: [
    ...each(
      'a POST of type',
      {
        'text/plain': 'text/plain',
        'application/xml': 'application/xml',
        'a form': 'application/x-www-form-urlencoded',
        garbage: 'garbage',
        'a slash': '/',
        nothing: '',
        'JSON with a charset': 'application/json; charset=utf-8',
        'JSON in upper case': 'Application/JSON',
        'JSON with a bad parameter': 'application/json; =',
        'text/json': 'text/json',
        any: '*/*',
        'merge patch': 'application/merge-patch+json',
        'two types': 'application/json, application/yaml',
        CBOR: 'application/cbor',
        'a stream of protobuf': 'application/vnd.kubernetes.protobuf;type=watch',
      },
      (type) => post(configMaps, body, { type }),
    ),
    ...each(
      'a PATCH of type',
      {
        JSON: 'application/json',
        'text/plain': 'text/plain',
        nothing: '',
        garbage: 'garbage',
        'merge patch with a charset': 'application/merge-patch+json; charset=utf-8',
        'apply in CBOR': 'application/apply-patch+cbor',
      },
      (type) => ({ method: 'PATCH', path: `${configMaps}/a`, type, body: '{"data":{"x":"y"}}' }),
      [existing],
    ),
    ...each(
      'a GET that accepts',
      {
        'text/plain': 'text/plain',
        'text/html': 'text/html',
        garbage: 'garbage',
        any: '*/*',
        'any application': 'application/*',
        'any text': 'text/*',
        JSON: 'application/json',
        YAML: 'application/yaml',
        protobuf: 'application/vnd.kubernetes.protobuf',
        'JSON in upper case': 'APPLICATION/JSON',
        'what a browser accepts': 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8',
        'JSON with a charset': 'application/json;charset=utf-8',
        'JSON after something unknown': 'text/plain, application/json',
        'protobuf, then JSON': 'application/vnd.kubernetes.protobuf,application/json',
        CBOR: 'application/cbor',
        'a Table': 'application/json;as=Table;v=v1;g=meta.k8s.io',
        'a Table or JSON': 'application/json;as=Table;v=v1;g=meta.k8s.io,application/json',
        'a Table of an unknown version': 'application/json;as=Table;v=v9;g=meta.k8s.io',
        'a Table of an unknown group': 'application/json;as=Table;v=v1;g=example.com',
        'something unknown': 'application/json;as=Chair;v=v1;g=meta.k8s.io',
        'something unknown or JSON': 'application/json;as=Chair;v=v1;g=meta.k8s.io,application/json',
        'metadata only': 'application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io',
        'a list of metadata of one object': 'application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io',
        'a Table in YAML': 'application/yaml;as=Table;v=v1;g=meta.k8s.io',
        'nothing at all': '',
      },
      (accept) => get(`${configMaps}/a`, { accept }),
      [existing],
    ),
    ...each(
      'a list that accepts',
      {
        'text/plain': 'text/plain',
        'a Table': 'application/json;as=Table;v=v1;g=meta.k8s.io',
        'a list of metadata': 'application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io',
        'metadata of one object': 'application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io',
        YAML: 'application/yaml',
      },
      (accept) => get(configMaps, { accept }),
      [existing],
    ),
    ...each(
      'a Table with includeObject',
      { Object: 'Object', None: 'None', Metadata: 'Metadata', garbage: 'Everything', nothing: '' },
      (include) =>
        get(`${configMaps}?includeObject=${include}`, { accept: 'application/json;as=Table;v=v1;g=meta.k8s.io' }),
      [existing],
    ),
    ...each(
      'an unknown object for who accepts',
      {
        'text/plain': 'text/plain',
        YAML: 'application/yaml',
        protobuf: 'application/vnd.kubernetes.protobuf',
        'a Table': 'application/json;as=Table;v=v1;g=meta.k8s.io',
      },
      (accept) => get(`${configMaps}/nothing`, { accept }),
    ),
    ...each(
      'discovery for who accepts',
      {
        'text/plain': 'text/plain',
        YAML: 'application/yaml',
        'an unknown version': 'application/json;g=apidiscovery.k8s.io;v=v9;as=APIGroupDiscoveryList',
      },
      (accept) => get('/apis/apps/v1', { accept }),
    ),
    ...each(
      'the discovery of all groups for who accepts',
      {
        'text/plain': 'text/plain',
        'an unknown version or JSON':
          'application/json;g=apidiscovery.k8s.io;v=v9;as=APIGroupDiscoveryList,application/json',
        'an unknown version': 'application/json;g=apidiscovery.k8s.io;v=v9;as=APIGroupDiscoveryList',
      },
      (accept) => get('/apis', { accept }),
    ),
    one('a watch as YAML', get(`${configMaps}?watch=true`, { accept: 'application/yaml', events: 1 }), [existing]),
    one('a watch as text', get(`${configMaps}?watch=true`, { accept: 'text/plain', events: 1 }), [existing]),
    one(
      'a Table watch',
      get(`${configMaps}?watch=true`, { accept: 'application/json;as=Table;v=v1;g=meta.k8s.io', events: 1 }),
      [existing],
    ),
    one('a create that accepts text', post(configMaps, body, { accept: 'text/plain' })),
    one('a patch that accepts text', patch('merge', `${configMaps}/a`, {}, { accept: 'text/plain' }), [existing]),
  ],
};
