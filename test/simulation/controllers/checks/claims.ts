/** Claims of StatefulSets: none goes against the policy. */
import { asStatefulSet } from '../../../../src/controllers/statefulset/stateful-set.ts';
import { isDeletion, textOf, type Check } from './check.ts';

export function claimCheck(): Check {
  /** Sets that were ever allowed to delete claims: `one/db`. */
  const deleting = new Set<string>();
  return {
    onWrite({ truth }, write) {
      if (write.plural === 'statefulsets' && write.after) {
        const { retention, metadata } = asStatefulSet(write.after);
        const mayDelete = retention.whenDeleted === 'Delete' || retention.whenScaled === 'Delete';
        if (mayDelete) deleting.add(`${metadata.namespace}/${metadata.name}`);
      }
      if (write.plural !== 'persistentvolumeclaims' || write.actor !== 'controllers' || !isDeletion(write)) return [];
      const { namespace = '', name = '' } = write.before?.metadata ?? {};
      const ending = truth.get('namespaces', '', namespace)?.metadata.deletionTimestamp !== undefined;
      const set = /^data-(.*)-\d+$/.exec(name)?.[1];
      if (ending || set === undefined || deleting.has(`${namespace}/${set}`) || !write.before) return [];
      return [`${textOf(write.before)} is deleted against its set's policy`];
    },
  };
}
