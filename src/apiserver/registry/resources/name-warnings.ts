/** Names that are allowed, but make no good host names. Mirrors WarningsOnCreate of the strategies of pods and of what makes pods, v1.36. */
import { dns1123Label } from '../../../api/names.ts';
import type { Strategy } from '../strategy.ts';

type Warnings = NonNullable<Strategy['warnings']>;

/** Of a pod, when it is made. */
export const podNameWarnings: Warnings = warnings("the Pod's hostname");

/** Of what gives its name to pods, when it is made. */
export const podOwnerNameWarnings: Warnings = warnings('Pod names and hostnames');

function warnings(use: string): Warnings {
  return (object, old) => {
    const problems = old ? [] : dns1123Label(object.metadata.name ?? '');
    if (problems.length === 0) return [];
    const text = 'which can result in surprising behavior; a DNS label is recommended';
    return [`metadata.name: this is used in ${use}, ${text}: [${problems.join(' ')}]`];
  };
}
