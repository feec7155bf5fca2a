/** What users do. */
import type { Choices } from '../choices.ts';
import { daemonSetOperation, nodeOperation } from './user/daemons.ts';
import { namespaceOperation, ownedOperation, releaseOperation } from './user/garbage.ts';
import { userNamespaces, type Maker, type Operation } from './user/operation.ts';
import { podOperation } from './user/pods.ts';
import { budgetOperation, quotaOperation, serviceOperation } from './user/policies.ts';
import { claimOperation, statefulSetOperation } from './user/stateful.ts';
import { cronJobOperation, jobOperation } from './user/tasks.ts';
import { deploymentOperation, handOnSet, plainSetOperation } from './user/workloads.ts';
import type { World } from './world.ts';

const makers: readonly (readonly [weight: number, maker: Maker])[] = [
  [6, deploymentOperation],
  [1, handOnSet],
  [3, plainSetOperation],
  [4, podOperation],
  [5, statefulSetOperation],
  [3, daemonSetOperation],
  [1, nodeOperation],
  [0.5, claimOperation],
  [5, jobOperation],
  [2, cronJobOperation],
  [2, budgetOperation],
  [1, quotaOperation],
  [2, serviceOperation],
  [3, ownedOperation],
  [0.5, releaseOperation],
  [0.3, namespaceOperation],
];

/** Each seed has some kinds that it is about: the more one kind is changed, the more happens to it. */
export function interests(choose: Choices): Maker[] {
  return Array.from({ length: 2 + choose.number(4) }, () => choose.weighted(makers));
}

export function userOperation(choose: Choices, world: World, favourites: readonly Maker[]): Operation {
  const namespace = choose.weighted([
    [5, userNamespaces[0]],
    [1, userNamespaces[1]],
  ]);
  const maker = choose.chance(0.75) ? choose.of(favourites) : choose.weighted(makers);
  const { name, run } = maker(choose, world, namespace);
  return { name: `${namespace}: ${name}`, run };
}
