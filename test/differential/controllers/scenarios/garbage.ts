import type { JsonObject } from '../../../../src/api/json.ts';
import { object } from '../objects.ts';
import type { Scenario, Stage } from '../scenario.ts';

const nobody = '00000000-0000-4000-8000-000000000000';

const configMap = (name: string, metadata: JsonObject = {}) => object('v1', 'ConfigMap', name, { metadata });

/** References to these ConfigMaps, as they are now. */
const ownedBy = (stage: Stage, names: readonly string[], rest: JsonObject = {}): JsonObject => ({
  ownerReferences: names.map((name) => ({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    name,
    uid: stage.find('ConfigMap', name)?.metadata.uid ?? nobody,
    ...rest,
  })),
});

const without = (stage: Stage, ...names: readonly string[]) =>
  stage.until(`${names.join()} are gone`, () => names.every((name) => stage.find('ConfigMap', name) === undefined));

export const garbage: readonly Scenario[] = [
  {
    name: 'garbage: goes after its owner, and what it owns after it',
    async run(stage) {
      await stage.create(configMap('owner'));
      await stage.create(configMap('owned', ownedBy(stage, ['owner'])));
      await stage.create(configMap('last', ownedBy(stage, ['owned'])));
      await stage.pause(300);
      await stage.remove('ConfigMap', 'owner', { propagationPolicy: 'Background' });
      await without(stage, 'owner', 'owned', 'last');
    },
  },
  {
    name: 'garbage: goes before its owner',
    async run(stage) {
      await stage.create(configMap('owner'));
      await stage.create(configMap('owned', ownedBy(stage, ['owner'], { blockOwnerDeletion: true })));
      await stage.create(configMap('not-blocking', ownedBy(stage, ['owner'])));
      await stage.pause(300);
      await stage.remove('ConfigMap', 'owner', { propagationPolicy: 'Foreground' });
      await without(stage, 'owner', 'owned', 'not-blocking');
    },
  },
  {
    name: 'garbage: an owner waits for what has a finalizer',
    async run(stage) {
      await stage.create(configMap('owner'));
      const held = { ...ownedBy(stage, ['owner'], { blockOwnerDeletion: true }), finalizers: ['example.com/held'] };
      await stage.create(configMap('owned', held));
      await stage.pause(300);
      await stage.remove('ConfigMap', 'owner', { propagationPolicy: 'Foreground' });
      await stage.until(
        'it is being deleted',
        () => stage.find('ConfigMap', 'owned')?.metadata.deletionTimestamp !== undefined,
      );
    },
  },
  {
    name: 'garbage: stays, without its owner',
    async run(stage) {
      await stage.create(configMap('owner'));
      await stage.create(configMap('owned', ownedBy(stage, ['owner'])));
      await stage.pause(300);
      await stage.remove('ConfigMap', 'owner', { propagationPolicy: 'Orphan' });
      await without(stage, 'owner');
      await stage.untilField('ConfigMap', 'owned', 'metadata.ownerReferences', undefined);
    },
  },
  {
    name: 'garbage: has another owner still',
    async run(stage) {
      await stage.create(configMap('one'));
      await stage.create(configMap('two'));
      await stage.create(configMap('owned', ownedBy(stage, ['one', 'two'])));
      await stage.pause(300);
      await stage.remove('ConfigMap', 'one', { propagationPolicy: 'Background' });
      await stage.until('one owner', () => stage.find('ConfigMap', 'owned')?.metadata.ownerReferences?.length === 1);
    },
  },
  {
    name: 'garbage: one owner waits, another stays',
    async run(stage) {
      await stage.create(configMap('one'));
      await stage.create(configMap('two'));
      await stage.create(configMap('owned', ownedBy(stage, ['one', 'two'], { blockOwnerDeletion: true })));
      await stage.pause(300);
      await stage.remove('ConfigMap', 'one', { propagationPolicy: 'Foreground' });
      await without(stage, 'one');
    },
  },
  {
    name: 'garbage: an owner that never was',
    async run(stage) {
      await stage.create(configMap('owned', ownedBy(stage, ['nobody'])));
      await without(stage, 'owned');
    },
  },
  {
    name: 'garbage: an owner that is another one of the same name',
    async run(stage) {
      await stage.create(configMap('owner'));
      const reference = { apiVersion: 'v1', kind: 'ConfigMap', name: 'owner', uid: nobody };
      await stage.create(configMap('owned', { ownerReferences: [reference] }));
      await without(stage, 'owned');
    },
  },
  {
    name: 'garbage: owners in a circle, all deleted in the foreground',
    async run(stage) {
      await stage.create(configMap('a'));
      await stage.create(configMap('b', ownedBy(stage, ['a'], { blockOwnerDeletion: true })));
      await stage.patch('ConfigMap', 'a', { metadata: ownedBy(stage, ['b'], { blockOwnerDeletion: true }) });
      await stage.pause(300);
      await stage.remove('ConfigMap', 'a', { propagationPolicy: 'Foreground' });
      await without(stage, 'a', 'b');
    },
  },
  {
    name: 'garbage: an owner in another namespace',
    async run(stage) {
      const elsewhere = `${stage.namespace}-owners`;
      await stage.create(object('v1', 'Namespace', elsewhere));
      const { metadata } = await stage.client
        .resource({ group: '', version: 'v1', resource: 'configmaps' }, elsewhere)
        .create(configMap('owner'));
      const reference = { apiVersion: 'v1', kind: 'ConfigMap', name: 'owner', uid: metadata.uid ?? '' };
      await stage.pause(500);
      await stage.create(configMap('owned', { ownerReferences: [reference] }));
      await stage.untilEvent('OwnerRefInvalidNamespace');
      await stage.pause(500);
    },
    countsVary: true,
  },
  {
    name: 'garbage: an owner of a kind that nobody knows',
    async run(stage) {
      const reference = { apiVersion: 'example.com/v1', kind: 'Nothing', name: 'x', uid: nobody };
      await stage.create(configMap('owned', { ownerReferences: [reference] }));
      await stage.pause(1000);
    },
  },
  {
    name: 'garbage: an owner without a namespace',
    async run(stage) {
      await stage.create(object('rbac.authorization.k8s.io/v1', 'ClusterRole', `${stage.namespace}-owner`));
      const { uid = '' } = stage.find('ClusterRole', `${stage.namespace}-owner`)?.metadata ?? {};
      const reference = {
        apiVersion: 'rbac.authorization.k8s.io/v1',
        kind: 'ClusterRole',
        name: `${stage.namespace}-owner`,
        uid,
      };
      await stage.create(configMap('owned', { ownerReferences: [reference] }));
      await stage.pause(300);
      await stage.remove('ClusterRole', `${stage.namespace}-owner`);
      await without(stage, 'owned');
    },
  },
  {
    name: 'garbage: of custom resources',
    slow: true,
    async run(stage) {
      const group = `${stage.namespace}.example.com`;
      const definitions = { group: 'apiextensions.k8s.io', version: 'v1', resource: 'customresourcedefinitions' };
      await stage.client.resource(definitions).create(
        object('apiextensions.k8s.io/v1', 'CustomResourceDefinition', `things.${group}`, {
          spec: {
            group,
            scope: 'Namespaced',
            names: { plural: 'things', kind: 'Thing' },
            versions: [
              {
                name: 'v1',
                served: true,
                storage: true,
                schema: { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
              },
            ],
          },
        }),
      );
      const things = stage.client.resource({ group, version: 'v1', resource: 'things' }, stage.namespace);
      const thing = await eventually(stage, () => things.create(object(`${group}/v1`, 'Thing', 'owner')));
      const reference = { apiVersion: `${group}/v1`, kind: 'Thing', name: 'owner', uid: thing.metadata.uid ?? '' };
      await stage.create(configMap('owned', { ownerReferences: [reference] }));
      await things.create(object(`${group}/v1`, 'Thing', 'other', { metadata: { ownerReferences: [reference] } }));
      await things.delete('owner', { propagationPolicy: 'Background' });
      await without(stage, 'owned');
      await eventually(stage, async () => {
        if ((await things.list()).items.length > 0) throw new Error('some are still there');
      });
    },
  },
  {
    name: 'garbage: was made to go before its owner',
    async run(stage) {
      await stage.create(configMap('owner', { finalizers: ['foregroundDeletion'] }));
      await stage.create(configMap('owned', ownedBy(stage, ['owner'], { blockOwnerDeletion: true })));
      await stage.pause(300);
      await stage.remove('ConfigMap', 'owner');
      await without(stage, 'owner', 'owned');
    },
  },
  {
    name: 'garbage: was made to stay without its owner',
    async run(stage) {
      await stage.create(configMap('owner', { finalizers: ['orphan'] }));
      await stage.create(configMap('owned', ownedBy(stage, ['owner'])));
      await stage.pause(300);
      await stage.remove('ConfigMap', 'owner');
      await without(stage, 'owner');
      await stage.untilField('ConfigMap', 'owned', 'metadata.ownerReferences', undefined);
    },
  },
  {
    name: 'garbage: gets an owner that is being deleted, and waits for something else',
    async run(stage) {
      await stage.create(configMap('owner', { finalizers: ['example.com/held'] }));
      await stage.pause(300);
      await stage.remove('ConfigMap', 'owner', { propagationPolicy: 'Foreground' });
      await stage.create(configMap('owned', ownedBy(stage, ['owner'], { blockOwnerDeletion: true })));
      await stage.pause(1000);
    },
  },
];

/** Again and again until it doesn't fail. */
async function eventually<T>(stage: Stage, action: () => Promise<T>): Promise<T> {
  for (let tries = 0; ; tries++) {
    try {
      return await action();
    } catch (error) {
      if (tries > 200) throw error;
      await stage.pause(250);
    }
  }
}
