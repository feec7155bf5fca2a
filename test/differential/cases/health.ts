/** Health, as those ask who watch over servers. What all checks are together differs: upstream has more of them. */
import { call, each, get, type Family } from '../case.ts';

const paths = {
  health: '/healthz',
  life: '/livez',
  readiness: '/readyz',
  'one check': '/livez/etcd',
  'one check of readiness': '/readyz/etcd-readiness',
  'one check, told': '/livez/etcd?verbose',
  'a check of readiness alone, of life': '/livez/informer-sync',
  'a hook': '/healthz/poststarthook/rbac/bootstrap-roles',
  'another hook': '/readyz/poststarthook/scheduling/bootstrap-system-priority-classes',
  'no check': '/readyz/nothing',
  'no hook': '/readyz/poststarthook/nothing',
  'something below a check': '/readyz/etcd/more',
  'a slash behind': '/healthz/',
  'an excluded check': '/readyz?exclude=etcd',
  'an excluded check that is not there': '/readyz?exclude=nothing',
  'an empty exclusion': '/readyz?exclude=',
};

export const health: Family = {
  name: 'health',
  cases: [
    ...each('asked for', paths, (path) => get(path)),
    ...each('asked by nobody for', paths, (path) => get(path, { as: 'nobody' })),
    ...each('asked by a user for', paths, (path) => get(path, { as: 'user' })),
    ...each('asked with', { HEAD: 'HEAD', POST: 'POST', PUT: 'PUT', DELETE: 'DELETE' }, (method) => [
      call(method, '/readyz'),
      call(method, '/livez/ping'),
    ]),
  ],
};
