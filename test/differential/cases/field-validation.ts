/** Unknown and duplicate fields, by the client's wish. */
import { each, one, patch, post, put, type Family } from '../case.ts';

const configMaps = '/api/v1/namespaces/{ns}/configmaps';
const deployments = '/apis/apps/v1/namespaces/{ns}/deployments';
const existing = post(configMaps, { metadata: { name: 'a' }, data: { k: 'v' } });

const unknown = '{"metadata":{"name":"a","nothing":1},"data":{"k":"v"},"foo":"bar"}';
const duplicate = '{"metadata":{"name":"a"},"data":{"k":"v","k":"w"},"immutable":false,"immutable":false}';
const both = '{"metadata":{"name":"a","labels":{"x":"y","x":"y"}},"foo":1,"foo":2}';
const deployment =
  '{"metadata":{"name":"d"},"spec":{"replica":3,"selector":{"matchLabels":{"a":"b"}},"template":{"metadata":{"labels":{"a":"b"}},"spec":{"containers":[{"name":"c","image":"i","imgae":"x"},{"name":"d","image":"i","ports":[{"port":80,"containerPort":80}]}]}}},"extra":{}}';
const caseOnly = '{"metadata":{"name":"a"},"Data":{"k":"v"},"IMMUTABLE":true}';

const levels: Readonly<Record<string, string>> = {
  'nothing said': '',
  Ignore: '?fieldValidation=Ignore',
  Warn: '?fieldValidation=Warn',
  Strict: '?fieldValidation=Strict',
  'an unknown wish': '?fieldValidation=Sometimes',
  'a wish in lower case': '?fieldValidation=strict',
  'an empty wish': '?fieldValidation=',
};

export const fieldValidation: Family = {
  name: 'field validation',
  cases: [
    ...each('unknown fields in a POST', levels, (query) => post(configMaps + query, unknown)),
    ...each('duplicate fields in a POST', levels, (query) => post(configMaps + query, duplicate)),
    ...each('unknown fields in a POST of YAML', levels, (query) =>
      post(configMaps + query, 'metadata:\n  name: a\nfoo: bar\n', { type: 'application/yaml' }),
    ),
    ...each('unknown fields in a PUT', levels, (query) => put(`${configMaps}/a${query}`, unknown), [existing]),
    ...each(
      'unknown fields in a merge patch',
      levels,
      (query) => patch('merge', `${configMaps}/a${query}`, '{"foo":"bar","data":{"x":"y"}}'),
      [existing],
    ),
    ...each(
      'duplicate fields in a merge patch',
      levels,
      (query) => patch('merge', `${configMaps}/a${query}`, '{"data":{"x":"y","x":"z"}}'),
      [existing],
    ),
    ...each(
      'unknown fields in a strategic merge patch',
      levels,
      (query) => patch('strategic', `${configMaps}/a${query}`, '{"foo":"bar","data":{"x":"y"}}'),
      [existing],
    ),
    ...each(
      'unknown fields in a JSON patch',
      levels,
      (query) =>
        patch(
          'json',
          `${configMaps}/a${query}`,
          '[{"op":"add","path":"/foo","value":1},{"op":"add","path":"/data/x","value":"y","extra":1}]',
        ),
      [existing],
    ),
    ...each('nested unknown fields of a Deployment', levels, (query) => post(deployments + query, deployment)),
    ...each('fields that differ in case only', levels, (query) => post(configMaps + query, caseOnly)),
    one('unknown and duplicate at once, Strict', post(`${configMaps}?fieldValidation=Strict`, both)),
    one('unknown and duplicate at once, Warn', post(`${configMaps}?fieldValidation=Warn`, both)),
    one(
      'an invalid object with unknown fields, Warn',
      post(`${configMaps}?fieldValidation=Warn`, '{"metadata":{"name":"A"},"foo":1}'),
    ),
    one(
      'duplicate keys in YAML, Strict',
      post(`${configMaps}?fieldValidation=Strict`, 'metadata:\n  name: a\ndata:\n  k: a\n  k: b\n', {
        type: 'application/yaml',
      }),
    ),
    one(
      'a YAML key that is a number, Strict',
      post(`${configMaps}?fieldValidation=Strict`, 'metadata:\n  name: a\ndata:\n  5: a\n', {
        type: 'application/yaml',
      }),
    ),
    one('the wish given twice', post(`${configMaps}?fieldValidation=Ignore&fieldValidation=Strict`, unknown)),
    ...each(
      'other options of a create',
      {
        'dryRun of nothing': '?dryRun=',
        'an unknown dryRun': '?dryRun=Some',
        dryRun: '?dryRun=All',
        'dryRun twice': '?dryRun=All&dryRun=All',
        'a field manager with a line break': '?fieldManager=a%0Ab',
        'a field manager that is too long': `?fieldManager=${'x'.repeat(129)}`,
        'an empty field manager': '?fieldManager=',
        'two faults': `?fieldManager=${'x'.repeat(129)}&dryRun=Some`,
      },
      (query) => post(configMaps + query, { metadata: { name: 'b' } }),
    ),
    one('an unknown dryRun of an update', put(`${configMaps}/a?dryRun=Some`, { metadata: { name: 'a' } }), [existing]),
    one('an unknown dryRun of a patch', patch('merge', `${configMaps}/a?dryRun=Some`, {}), [existing]),
    one('force of a merge patch', patch('merge', `${configMaps}/a?force=true`, {}), [existing]),
    one('a bad force of a merge patch', patch('merge', `${configMaps}/a?force=maybe`, {}), [existing]),
  ],
};
