/**
 * Differences that are known and stay for now, by their reasons; cases by `family: case`. A case that is listed here and doesn't differ any
 * more fails, so that the list only shrinks.
 */
const byReason: Readonly<Record<string, readonly string[]>> = {
  'upstream forgets who manages an event when it is written through its other group': [
    'events: of old, changed as of now:: nothing',
    'events: of old, changed as of now:: a label',
    'events: of old, changed as of now:: a series',
    'events: of now, changed as of old:: good',
    'events: of now, changed as of old:: an unknown type',
    'events: of now, changed as of old:: times of its own',
    'events: of now, changed as of old:: a series',
    'events: of now, changed as of old:: a source',
    'events: of now, changed as of old:: an event of now',
  ],
  "upstream shows specs by the names of Go's fields": [
    'flow control: of the server itself, changed:: the exempt flow',
    'flow control: of the server itself, changed:: the last flow',
    'flow control: of the server itself, changed but little:: the last level',
    'flow control: an exempt level with: limits',
    'flow control: an exempt level with: another type',
  ],
  'a token of spaces proves nothing, not even that it is nobody': ['tokens: a review of: spaces'],
  'an empty list is decoded as none, before defaults fill it': ['autoscaling: v2: behavior without policies'],
  'the admission plugin is not there: nothing here would take the taint away again': [
    'names: with a dot, a: Node',
    'names: beginning with a digit, a: Node',
    'names: of 64 characters, a: Node',
  ],
  'what containers ask for together is not held against what their pod asks for yet': [
    'parts of pods: resize of a pod with resources of its own: below its containers',
  ],
  'the kind is not validated yet': ['deletion: a namespace keeps its finalizers over updates'],
  'upstream looks at the metadata of an update twice and lists its causes twice; the message is the same': [
    'metadata: an update that adds a deletion timestamp',
    'apply: another uid, and a time of deletion',
    'metadata: an update with a label that is wrong',
    'concurrency: a patch with another uid',
    'patches: merge patch: a bad label',
    'deletion: an object with a finalizer: deletion waits, changes go on, its removal ends it',
  ],
  'upstream shows the template as a dump of its Go structs': ['kinds: immutable: the template of a Job'],
  'upstream allocates before it validates, and tells of its own bookkeeping': [
    'names: without a name, a: Service',
    'names: without metadata, a: Service',
    'kinds: a Service with: an IPv6 cluster IP',
  ],
  'upstream marks the pod before it looks at the options; we refuse before anything is changed': [
    'pods: an eviction: with bad options',
  ],
  'a body of a version that is no longer served is decoded by upstream, whose schema we do not carry': [
    'identity: POST of a Deployment of an old version',
  ],
  'upstream copies labels to the job when it reads it, after it has been validated': [
    'names: of 64 characters, a: Job',
  ],
  'upstream decodes the patched object as the kind it says it is': ['concurrency: a patch with another kind'],
  'upstream merges lists by their Go types before it decodes': [
    'patches: strategic merge patch of a Deployment: containers as an object',
  ],
  'deeper than we let anything be: no object of any kind is, but for fields that are dropped': [
    'sizes: an unknown field nested 9,990 deep',
  ],
  'a JavaScript number cannot hold it; refused all the same': ['field types: a number in a Pod: largest int64'],
  'a JavaScript text cannot hold bytes that are no UTF-8': ['urls: GET: encoded invalid UTF-8'],
  "go-restful's own text; only those who cannot read the answer see it": [
    'negotiation: discovery for who accepts: text/plain',
  ],
};

/** The reason, by `family: case`. */
export const accepted: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries(byReason).flatMap(([reason, names]) => names.map((name) => [name, reason] as const)),
);
