/**
 * Seeds that once failed, and what they found: they run first. A change of what the controllers or the simulation do makes other runs of them, which are
 * as good as any; what they found is then kept by the tables beside the code.
 */
export const failingSeeds: readonly (readonly [seed: number, found: string])[] = [
  [
    5,
    'a ReplicaSet waited for ever for a pod that was gone before anybody saw it; a StatefulSet made its revision again while it was deleted',
  ],
  [6, 'a budget told of itself at each restart'],
  [22, 'two pods that had ended kept a StatefulSet from being scaled down'],
  [41, 'a Job counted a success twice, when the watch of its pods was late'],
  [51, 'a Deployment made too many pods from sizes that were no longer so'],
  [35, 'a CronJob started a second Job for a time, when its status could not be written'],
  [44, 'a CronJob that must not run twice did, when its status could not be written'],
  [57, 'a Job that was suspended lost a success'],
  [63, 'a pod whose creation seemed to fail passed for one that was still to be seen'],
  [30037, 'an EndpointSlice whose creation seemed to fail stayed beside another'],
  [40026, 'Endpoints that were made when their Service was gone already stayed'],
  [40055, 'a StatefulSet waited for ever for a pod that was gone before anybody saw it'],
  [50004, 'a Deployment that was given the size that its ReplicaSet had in its rollout never rolled out again'],
  [100012, 'a Job that was deleted in the foreground waited for a pod that it no longer counted, and that for the Job'],
  [
    70179,
    'a Job counted a success twice, whose pod was gone before the watch said so; a claim waited for ever for a pod that had never been seen',
  ],
  [
    70144,
    'an owner whose deletion the watch had shown was back by an answer that had been on its way, and what it owned stayed',
  ],
  [300119, 'a ReplicaSet that still reported pods which it had lost let a Deployment give up the others'],
  [300210, 'a budget went on expecting what a Deployment was scaled to that had let go of its ReplicaSet'],
  [300236, 'a claim waited for a pod that waited for it, when a StatefulSet was deleted in the foreground'],
  [300420, 'a revision that was one too many stayed, since the cache had not shown it when they were counted'],
];
