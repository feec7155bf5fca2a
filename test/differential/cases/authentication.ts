/** Callers that prove nothing, or something wrong. */
import { each, get, one, post, type Family, type Identity } from '../case.ts';

const bearer = (token: string): Identity => ({ authorization: `Bearer ${token}` });
const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');

const wrong: Readonly<Record<string, Identity>> = {
  'a wrong token': bearer('wrong'),
  'an empty token': bearer(''),
  'a token of spaces': bearer('a b c'),
  'a very long token': bearer('x'.repeat(10_000)),
  'a token of a JWT without signature': bearer(`${part({ alg: 'none' })}.${part({ sub: 'admin' })}.`),
  'a token signed by nobody': bearer(
    `${part({ alg: 'RS256', kid: 'x' })}.${part({ iss: 'https://kubernetes.default.svc.cluster.local', sub: 'system:serviceaccount:default:default', aud: ['https://kubernetes.default.svc.cluster.local'], exp: 9_999_999_999 })}.${'A'.repeat(342)}`,
  ),
  'three dots': bearer('a.b.c'),
  'basic authentication': { authorization: 'Basic YWRtaW46YWRtaW4=' },
  'an unknown scheme': { authorization: 'Magic x' },
  'a scheme only': { authorization: 'Bearer' },
  'an expired certificate': 'expired-certificate',
  'a certificate of another authority': 'stranger-certificate',
  'no credentials': 'nobody',
};

export const authentication: Family = {
  name: 'authentication',
  cases: [
    ...each('a get with', wrong, (as) => get('/api/v1/namespaces/default', { as })),
    ...each('a create with', wrong, (as) =>
      post('/api/v1/namespaces/default/configmaps', { metadata: { name: 'a' } }, { as }),
    ),
    ...each('the version with', wrong, (as) => get('/healthz', { as })),
    ...each(
      'without credentials',
      {
        'a list of a namespace': get('/api/v1/namespaces/default/pods', { as: 'nobody' }),
        'a list of all': get('/api/v1/pods', { as: 'nobody' }),
        'a list of nodes': get('/api/v1/nodes', { as: 'nobody' }),
        'an object of a group': get('/apis/apps/v1/namespaces/default/deployments/x', { as: 'nobody' }),
        'a subresource': get('/api/v1/namespaces/default/pods/x/log', { as: 'nobody' }),
        'a watch': get('/api/v1/pods?watch=1', { as: 'nobody' }),
        'an unknown resource': get('/apis/example.com/v1/things', { as: 'nobody' }),
        discovery: get('/api', { as: 'nobody' }),
        'an unknown path': get('/nothing', { as: 'nobody' }),
        'a bad body': post('/api/v1/namespaces/default/pods', '{', { as: 'nobody' }),
        metrics: get('/metrics', { as: 'nobody' }),
        readiness: get('/readyz', { as: 'nobody' }),
        openapi: get('/openapi/v2', { as: 'nobody' }),
      },
      (request) => request,
    ),
    one(
      'an error in YAML for who has no credentials',
      get('/api/v1/pods', { as: 'nobody', accept: 'application/yaml' }),
    ),
    one(
      'a wrong token beside a good certificate',
      get('/api/v1/namespaces/default', { headers: { authorization: 'Bearer wrong' } }),
    ),
    one(
      'a request-header identity that nobody vouches for',
      get('/api/v1/namespaces/default', {
        as: 'nobody',
        headers: { 'x-remote-user': 'admin', 'x-remote-group': 'system:masters' },
      }),
    ),
  ],
};
