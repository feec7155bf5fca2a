/** Query and path parameters of the operations. Mirrors the versioned options of meta/v1 and of pods' streaming subresources. */

export interface Parameter {
  readonly name: string;
  readonly in: 'path' | 'query';
  readonly type: 'string' | 'integer' | 'boolean';
}

function query(type: Parameter['type'], ...names: readonly string[]): readonly Parameter[] {
  return names.map((name) => ({ name, in: 'query', type }));
}

function path(name: string): Parameter {
  return { name, in: 'path', type: 'string' };
}

const list = [
  ...query('boolean', 'allowWatchBookmarks'),
  ...query('string', 'continue', 'fieldSelector', 'labelSelector'),
  ...query('integer', 'limit'),
  ...query('string', 'resourceVersion', 'resourceVersionMatch'),
  ...query('boolean', 'sendInitialEvents'),
  ...query('string', 'shardSelector'),
  ...query('integer', 'timeoutSeconds'),
  ...query('boolean', 'watch'),
];
const write = query('string', 'dryRun', 'fieldManager', 'fieldValidation');
const remove = [
  ...query('string', 'dryRun'),
  ...query('integer', 'gracePeriodSeconds'),
  ...query('boolean', 'ignoreStoreReadErrorWithClusterBreakingPotential', 'orphanDependents'),
  ...query('string', 'propagationPolicy'),
];
const listOnly = new Set(['allowWatchBookmarks', 'watch']);
const streams = [...query('string', 'container'), ...query('boolean', 'stderr', 'stdin', 'stdout', 'tty')];

export const parameters = {
  name: path('name'),
  path: path('path'),
  pretty: { name: 'pretty', in: 'query', type: 'string' } satisfies Parameter as Parameter,
  inNamespace: [path('namespace')],
  list,
  /** Of custom resources. */
  get: query('string', 'resourceVersion'),
  write,
  patch: [...write, ...query('boolean', 'force')],
  delete: remove,
  deleteCollection: [...remove, ...list.filter(({ name }) => !listOnly.has(name))],
  log: [
    ...query('string', 'container'),
    ...query('boolean', 'follow', 'insecureSkipTLSVerifyBackend'),
    ...query('integer', 'limitBytes'),
    ...query('boolean', 'previous'),
    ...query('integer', 'sinceSeconds'),
    ...query('string', 'stream'),
    ...query('integer', 'tailLines'),
    ...query('boolean', 'timestamps'),
  ],
  /** Subresources that are connected to, by `plural/name`. */
  connect: {
    'pods/attach': streams,
    'pods/exec': [...query('string', 'command'), ...streams],
    'pods/portforward': query('integer', 'ports'),
    'pods/proxy': query('string', 'path'),
    'services/proxy': query('string', 'path'),
    'nodes/proxy': query('string', 'path'),
  } as Readonly<Record<string, readonly Parameter[]>>,
};
