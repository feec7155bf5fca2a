/** Rules that look smaller than they are. */
import { role, rule } from '../cluster.ts';
import { given, paths, tried, type Attack, type Family } from '../attack.ts';

const refused = (name: string, has: object, wants: object): Attack => ({
  name,
  tries: [...given(has), tried('POST', paths.clusterRoles, role('{x}-wanted', wants), 403)],
});
const fine = (name: string, has: object, wants: object): Attack => ({
  name,
  tries: [...given(has), tried('POST', paths.clusterRoles, role('{x}-wanted', wants), 201)],
});

export const byWildcard: Family = {
  name: 'by wildcards, names and paths',
  attacks: [
    refused('all verbs', rule('get,list,watch,create,update,patch,delete,deletecollection pods'), rule('* pods')),
    refused('all resources', rule('get pods,services,secrets,configmaps'), rule('get *')),
    refused('all groups', { ...rule('get pods'), apiGroups: ['', 'apps'] }, rule('get *:pods')),
    refused('all subresources from all resources of one', rule('get pods'), rule('get pods/*')),
    refused('a subresource', rule('get pods'), rule('get pods/log')),
    refused('the resource of a subresource', rule('get pods/log'), rule('get pods')),
    refused('all of a subresource', rule('get pods/log'), rule('get */log')),
    refused('a star that is no wildcard: of a resource', rule('get */log'), rule('get *')),
    refused('a star that is no wildcard: in a name', rule('get pods', '*'), rule('get pods')),
    refused('a star that is no wildcard: after a resource', rule('get po*'), rule('get pods')),
    refused('from a group that is empty to all', rule('get pods'), rule('get *:pods')),
    fine('one subresource of all', rule('get */log'), rule('get pods/log')),
    fine('a literal star from all', rule('* *:*'), rule('* *:*')),
    refused('all names from some', rule('get secrets', 'a', 'b'), rule('get secrets')),
    refused('another name', rule('get secrets', 'a'), rule('get secrets', 'b')),
    refused('one name more', rule('get secrets', 'a'), rule('get secrets', 'a', 'b')),
    refused('an empty name', rule('get secrets', 'a'), rule('get secrets', '')),
    refused('no names at all', rule('get secrets', 'a'), { ...rule('get secrets'), resourceNames: [] }),
    fine('fewer names', rule('get secrets', 'a', 'b'), rule('get secrets', 'b')),
    fine('a name from all', rule('get secrets'), rule('get secrets', 'b')),
    refused('another case of a verb', rule('get secrets'), rule('GET secrets')),
    refused('another case of a resource', rule('get secrets'), rule('get Secrets')),
    refused('another case of a group', rule('get apps:deployments'), rule('get Apps:deployments')),
    refused('another case of a name', rule('get secrets', 'a'), rule('get secrets', 'A')),
    refused('two halves do not make a whole', rule('get secrets'), rule('get,list secrets')),
    refused('verbs of one resource for another', rule('get,list pods'), rule('get,list pods,secrets')),
    refused('the cross product of two rules', rule('get pods'), { ...rule('get pods'), apiGroups: ['', 'apps'] }),
    refused('all paths', rule('get /healthz'), rule('get /*')),
    refused('a longer path', rule('get /healthz'), rule('get /healthz/etcd')),
    refused('a prefix of a prefix', rule('get /api/*'), rule('get /ap*')),
    refused('a path with the star inside', rule('get /a/*'), rule('get /*/a')),
    refused('another verb on a path', rule('get /metrics'), rule('post /metrics')),
    refused('resources from paths', rule('get /*'), rule('get pods')),
    refused('paths from resources', rule('get *:*'), rule('get /metrics')),
    fine('a path below a prefix', rule('get /api/*'), rule('get /api/v1')),
    fine('a narrower prefix', rule('get /api/*'), rule('get /api/v1/*')),
    fine('more stars', rule('get /api/*'), rule('get /api/**')),
    {
      name: 'paths in a role of a namespace',
      tries: [...given(rule('get /metrics')), tried('POST', paths.roles, role('paths', rule('get /metrics')), 422)],
    },
    {
      name: 'paths and resources in one rule',
      tries: [
        ...given(rule('* *:*'), rule('get /metrics')),
        tried(
          'POST',
          paths.clusterRoles,
          role('{x}-both', { ...rule('get pods'), nonResourceURLs: ['/metrics'] }),
          422,
        ),
      ],
    },
  ],
};
