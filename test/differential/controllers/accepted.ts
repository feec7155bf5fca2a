/** Differences that stay, by what they are. One that a scenario doesn't show any more fails, so that the list only shrinks. */

export interface Accepted {
  readonly reason: string;
  /** Of {@link Difference.at}. */
  readonly at: RegExp;
  /** By name. */
  readonly scenarios: readonly string[];
  /** It is not there each time: upstream's two controllers race. */
  readonly chance?: true;
}

export const accepted: readonly Accepted[] = [
  {
    reason: 'claims are bound at the host, where they are carried to',
    at: /^Event persistentvolume-controller /,
    scenarios: [
      'stateful set: has claims',
      'stateful set: keeps its claims when it shrinks',
      'stateful set: deletes its claims when it shrinks',
      'stateful set: its claims go with it',
      'stateful set: its claims go either way',
      'stateful set: its claims are to stay after all',
      'stateful set: a claim that is being deleted is waited for',
      'quota: counts objects of many kinds',
      'claim: stays while a pod uses it',
      'claim: goes with the last pod that uses it',
      'claim: that nobody uses goes at once',
      'ephemeral volume: has a claim',
      'ephemeral volume: its claim is somebody else’s',
      'ephemeral volume: its claim goes with the pod',
    ],
  },
  {
    reason: 'volumes are bound at the host, where they are',
    at: /^PersistentVolume .*: (status\.phase|metadata\.managers)$/,
    scenarios: ['volume: is protected'],
  },
  {
    reason: "upstream's watches show what its reads hide of such a service",
    at: /^Service web: spec\.internalTrafficPolicy$/,
    scenarios: ['service: becomes one of another name'],
  },
  {
    reason: 'several pods may be unavailable here; upstream has a switch for it, which is off',
    at: /./,
    scenarios: ['stateful set: several pods may be unavailable'],
  },
];
