/** Two writers at once: revisions, uids and preconditions that do not fit. */
import { del, get, one, patch, post, put, type Case, type Family } from '../case.ts';

const configMaps = '/api/v1/namespaces/{ns}/configmaps';
const made = post(configMaps, { metadata: { name: 'a' }, data: { k: 'v' } }, { keep: 'a' });
const otherUid = 'e0c5b3a2-1111-2222-3333-444444444444';
const twoWriters: Case = {
  name: 'two writers at once: the second is told',
  given: [made],
  calls: [
    put(`${configMaps}/a`, {
      metadata: { name: 'a', resourceVersion: '{a.metadata.resourceVersion}' },
      data: { k: 'first' },
    }),
    put(`${configMaps}/a`, {
      metadata: { name: 'a', resourceVersion: '{a.metadata.resourceVersion}' },
      data: { k: 'second' },
    }),
    get(`${configMaps}/a`),
  ],
};

export const concurrency: Family = {
  name: 'concurrency',
  cases: [
    twoWriters,
    one('an update with a stale revision', put(`${configMaps}/a`, { metadata: { name: 'a', resourceVersion: '1' } }), [
      made,
    ]),
    one(
      'an update with a revision of text',
      put(`${configMaps}/a`, { metadata: { name: 'a', resourceVersion: 'new' } }),
      [made],
    ),
    one('an update with revision 0', put(`${configMaps}/a`, { metadata: { name: 'a', resourceVersion: '0' } }), [made]),
    one(
      'a merge patch with a stale revision',
      patch('merge', `${configMaps}/a`, { metadata: { resourceVersion: '1' } }),
      [made],
    ),
    one(
      'a strategic patch with a stale revision',
      patch('strategic', `${configMaps}/a`, { metadata: { resourceVersion: '1' } }),
      [made],
    ),
    one(
      'a patch with a revision of text',
      patch('merge', `${configMaps}/a`, { metadata: { resourceVersion: 'new' } }),
      [made],
    ),
    one('a patch with another uid', patch('merge', `${configMaps}/a`, { metadata: { uid: otherUid } }), [made]),
    one('a patch with another name', patch('merge', `${configMaps}/a`, { metadata: { name: 'b' } }), [made]),
    one('a patch with another namespace', patch('merge', `${configMaps}/a`, { metadata: { namespace: 'other' } }), [
      made,
    ]),
    one('a patch with another kind', patch('merge', `${configMaps}/a`, { kind: 'Secret' }), [made]),
    one('a patch with another version', patch('merge', `${configMaps}/a`, { apiVersion: 'v2' }), [made]),
    one('a delete with another uid', del(`${configMaps}/a`, { preconditions: { uid: otherUid } }), [made]),
    one('a delete with a stale revision', del(`${configMaps}/a`, { preconditions: { resourceVersion: '1' } }), [made]),
    one(
      'a delete with its uid and revision',
      del(`${configMaps}/a`, {
        preconditions: { uid: '{a.metadata.uid}', resourceVersion: '{a.metadata.resourceVersion}' },
      }),
      [made],
    ),
    one('an update that changes nothing', put(`${configMaps}/a`, { metadata: { name: 'a' }, data: { k: 'v' } }), [
      made,
    ]),
    {
      name: 'an update that changes nothing keeps the revision',
      given: [made],
      calls: [
        put(`${configMaps}/a`, {
          metadata: { name: 'a', resourceVersion: '{a.metadata.resourceVersion}' },
          data: { k: 'v' },
        }),
        put(`${configMaps}/a`, {
          metadata: { name: 'a', resourceVersion: '{a.metadata.resourceVersion}' },
          data: { k: 'w' },
        }),
      ],
    },
    { name: 'a second delete', given: [made], calls: [del(`${configMaps}/a`), del(`${configMaps}/a`)] },
    {
      name: 'a create after a delete',
      given: [made],
      calls: [del(`${configMaps}/a`), post(configMaps, { metadata: { name: 'a' } })],
    },
    {
      name: 'an update after a delete',
      given: [made],
      calls: [
        del(`${configMaps}/a`),
        put(`${configMaps}/a`, { metadata: { name: 'a', resourceVersion: '{a.metadata.resourceVersion}' } }),
      ],
    },
    {
      name: 'an update after a delete and a create, with the old uid',
      given: [made],
      calls: [
        del(`${configMaps}/a`),
        post(configMaps, { metadata: { name: 'a' } }),
        put(`${configMaps}/a`, { metadata: { name: 'a', uid: '{a.metadata.uid}' } }),
      ],
    },
  ],
};
