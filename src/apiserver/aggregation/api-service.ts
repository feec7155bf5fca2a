/** APIService objects: who serves a group version. Mirrors kube-aggregator apis/apiregistration, v1.36. */
import type { ObjectMeta } from '../../api/object.ts';

export interface ServiceReference {
  readonly namespace?: string;
  readonly name?: string;
  readonly port?: number;
}

export interface ApiServiceSpec {
  /** Absent: this server itself. */
  readonly service?: ServiceReference | null;
  readonly group?: string;
  readonly version?: string;
  readonly insecureSkipTLSVerify?: boolean;
  /** Base64 of PEM. */
  readonly caBundle?: string;
  readonly groupPriorityMinimum?: number;
  readonly versionPriority?: number;
}

export interface ApiServiceCondition {
  readonly type: string;
  readonly status: string;
  readonly lastTransitionTime?: string | null;
  readonly reason?: string;
  readonly message?: string;
}

export interface ApiService {
  readonly metadata: ObjectMeta;
  readonly spec?: ApiServiceSpec;
  readonly status?: { readonly conditions?: readonly ApiServiceCondition[] };
}

/** The port of a reference that names none. */
export const defaultServicePort = 443;

/** `v1.` for the core group. */
export function apiServiceName({ group, version }: { readonly group: string; readonly version: string }): string {
  return `${version}.${group}`;
}

export function availableCondition(service: Pick<ApiService, 'status'>): ApiServiceCondition | undefined {
  return service.status?.conditions?.find(({ type }) => type === 'Available');
}

/** What `Available` is to say. */
export interface Availability {
  readonly status: 'True' | 'False' | 'Unknown';
  readonly reason: string;
  readonly message: string;
}

export const localAvailability: Availability = {
  status: 'True',
  reason: 'Local',
  message: 'Local APIServices are always available',
};

/** The conditions with that one; the same ones if it says that already. `now`: milliseconds since the epoch. Mirrors SetAPIServiceCondition. */
export function withAvailability(
  conditions: readonly ApiServiceCondition[],
  { status, reason, message }: Availability,
  now: number,
): readonly ApiServiceCondition[] {
  const old = conditions.find(({ type }) => type === 'Available');
  if (old?.status === status && old.reason === reason && old.message === message) return conditions;
  const changed = `${new Date(now).toISOString().slice(0, 19)}Z`;
  const since = old?.status === status ? old.lastTransitionTime : changed;
  const next: ApiServiceCondition = {
    type: 'Available',
    status,
    lastTransitionTime: since ?? changed,
    reason,
    message,
  };
  return old ? conditions.map((condition) => (condition === old ? next : condition)) : [...conditions, next];
}
