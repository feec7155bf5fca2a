/** Counts of who was let in, and who might do what he asked for. Mirrors apiserver endpoints/filters metrics.go. */
import type { Authentication } from '../authn/authenticator.ts';
import type { Decision } from '../authz/authorizer.ts';
import type { Metric } from '../../lib/metrics/metric-text.ts';

const authenticationResults = { authenticated: 'success', none: 'failure', failed: 'error' } as const;
const authorizationResults = { allow: 'allowed', deny: 'denied', none: 'no-opinion' } as const;
/** Of all others no names are told: there may be any number of them. */
const knownUsers = new Set(['admin', 'client', 'kube_proxy', 'kubelet', 'system:serviceaccount:kube-system:default']);

export class CallerMetrics {
  readonly #authentications = new Map<string, number>();
  readonly #authorizations = new Map<string, number>();
  readonly #users = new Map<string, number>();

  authenticated(authentication: Authentication): void {
    count(this.#authentications, authenticationResults[authentication.outcome]);
    if (authentication.outcome === 'authenticated') count(this.#users, shortName(authentication.user.name));
  }

  authorized({ decision }: Decision): void {
    count(this.#authorizations, authorizationResults[decision]);
  }

  metrics(): readonly Metric[] {
    return [
      counter(
        'authenticated_user_requests',
        'Counter of authenticated requests broken out by username.',
        'username',
        this.#users,
      ),
      counter('authentication_attempts', 'Counter of authenticated attempts.', 'result', this.#authentications),
      counter(
        'authorization_attempts_total',
        "Counter of authorization attempts broken down by result. It can be either 'allowed', 'denied', 'no-opinion' or 'error'.",
        'result',
        this.#authorizations,
      ),
    ];
  }
}

function counter(name: string, help: string, label: string, counts: ReadonlyMap<string, number>): Metric {
  const samples = [...counts].map(([value, times]) => ({ labels: { [label]: value }, value: times }));
  return { name, help, type: 'counter', samples };
}

function count(counts: Map<string, number>, name: string): void {
  counts.set(name, (counts.get(name) ?? 0) + 1);
}

/** Mirrors compressUsername. */
function shortName(name: string): string {
  if (knownUsers.has(name)) return name;
  return name.includes('@') ? 'email_id' : 'other';
}
