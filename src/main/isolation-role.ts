/**
 * What is enforced on a tenant's pods and Services, from its configuration: read strictly, since a rule that is misspelt and ignored protects nobody. Fields are
 * those of {@link IsolationPolicy}; standards, ports and tolerations have shorter ways of being written.
 */
import { parseCidr } from '../api/ip-address.ts';
import { isJsonObject, type JsonObject } from '../api/json.ts';
import {
  levelProblem,
  parseLevel,
  parseStandardVersion,
  versionProblem,
  type SecurityStandard,
} from '../api/pod-security/standard.ts';
import { volumeTypes } from '../api/pod-security/volume-checks.ts';
import { canonicalQuantity } from '../api/quantity.ts';
import { isRegistryPrefix } from '../translate/policy/images.ts';
import {
  forbiddenFieldNames,
  hostNamespaceNames,
  serviceTypes,
  type AllowedToleration,
  type Amounts,
  type HostPathRule,
  type IsolationPolicy,
  type PortRange,
  type TolerationRules,
} from '../translate/policy/policy.ts';

/** Nothing is enforced where nothing is said. @throws Error in words for the configuration's owner */
export function parseIsolation(value: unknown): IsolationPolicy {
  return record<IsolationPolicy>({
    podSecurity: standard,
    volumes: listOf(oneOf(volumeTypes)),
    hostPaths: listOf(hostPath),
    hostNamespaces: listOf(oneOf(hostNamespaceNames)),
    userNamespaces: oneOf(['required']),
    hostPorts: listOf(portRange),
    capabilities: listOf(matching(/^[A-Z][A-Z_]*$/, 'the name of a capability, as NET_BIND_SERVICE')),
    sysctls: listOf(matching(/^[a-z0-9][-_.a-z0-9]*\*?$/, 'the name of a sysctl, or its beginning and a *')),
    forbidden: listOf(oneOf(forbiddenFieldNames)),
    forbiddenAnnotations: listOf(mark),
    forbiddenLabels: listOf(mark),
    seccompDefault: oneOf(['RuntimeDefault']),
    nodeSelector: mapOf(text),
    tolerations: tolerationRules,
    runtimeClasses: record({ allowed: listOf(text), default: text }),
    priorityClasses: record({ allowed: listOf(text), default: text, valueMax: whole }),
    registries: listOf(registry),
    imagePullPolicy: oneOf(['Always']),
    resources: record({ defaultRequests: amounts, defaultLimits: amounts, containerMax: amounts, podMax: amounts }),
    probes: record({ hosts: oneOf(['own']), leastPeriodSeconds: whole }),
    services: record({ types: listOf(oneOf(serviceTypes)), externalIPs: listOf(block) }),
  })(value, 'isolation');
}

/** Gives what is read of a value; throws where it can't be. `at`: where it stands. */
type Reader<T> = (value: unknown, at: string) => T;

function wrong(at: string, what: string, value: unknown): Error {
  return new Error(`${at} takes ${what}, not ${JSON.stringify(value)}`);
}

/** Absent fields stay absent; others than these there must not be. */
function record<T extends object>(readers: { readonly [K in keyof T]-?: Reader<NonNullable<T[K]>> }): Reader<T> {
  const known = new Map<string, Reader<unknown>>(Object.entries(readers));
  return (value, at) => {
    if (!isJsonObject(value)) throw wrong(at, 'an object', value);
    const read = Object.entries(value).map(([name, inner]) => {
      const reader = known.get(name);
      if (!reader) throw new Error(`${at} has no "${name}"; it has ${[...known.keys()].join(', ')}`);
      return [name, reader(inner, `${at}.${name}`)] as const;
    });
    // A door: each field has been read by its own reader.
    return Object.fromEntries(read) as T;
  };
}

function listOf<T>(reader: Reader<T>): Reader<readonly T[]> {
  return (value, at) => {
    if (!Array.isArray(value)) throw wrong(at, 'a list', value);
    return value.map((item, index) => reader(item, `${at}[${index}]`));
  };
}

function mapOf<T>(reader: Reader<T>): Reader<Readonly<Record<string, T>>> {
  return (value, at) => {
    if (!isJsonObject(value)) throw wrong(at, 'an object', value);
    return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, reader(inner, `${at}.${name}`)]));
  };
}

function text(value: unknown, at: string): string {
  if (typeof value !== 'string' || value === '') throw wrong(at, 'a text', value);
  return value;
}

function whole(value: unknown, at: string): number {
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0) throw wrong(at, 'a whole number', value);
  return value;
}

function oneOf<T extends string>(choices: readonly T[]): Reader<T> {
  return (value, at) => {
    const found = choices.find((choice) => choice === value);
    if (found === undefined)
      throw wrong(at, choices.length === 1 ? `"${choices[0]}"` : `one of ${choices.join(', ')}`, value);
    return found;
  };
}

function matching(pattern: RegExp, what: string): Reader<string> {
  return (value, at) => {
    if (typeof value !== 'string' || !pattern.test(value)) throw wrong(at, what, value);
    return value;
  };
}

/** `baseline`, `restricted:v1.30` */
function standard(value: unknown, at: string): SecurityStandard {
  const [levelText = '', versionText = 'latest', ...more] = text(value, at).split(':');
  const level = parseLevel(levelText);
  if (level === undefined || more.length > 0) throw new Error(`${at} ${levelProblem}, not ${JSON.stringify(value)}`);
  const version = parseStandardVersion(versionText);
  if (version === undefined) throw new Error(`${at}: the version ${versionProblem}, not "${versionText}"`);
  return { level, version };
}

/** `8080`, `"30000-30010"` */
function portRange(value: unknown, at: string): PortRange {
  const [, from = '', to = from] = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(String(value)) ?? [];
  const range = { from: Number(from), to: Number(to) };
  if (from === '' || range.from < 1 || range.to > 65_535 || range.from > range.to)
    throw wrong(at, 'a port from 1 to 65535, or two with a dash', value);
  return range;
}

const hostPathFields = record<{ path: string; readOnly?: boolean }>({
  path: matching(/^\/(?:[^/\0]+(?:\/[^/\0]+)*)?$/, 'an absolute path without a slash at its end'),
  readOnly: (value, at) => {
    if (typeof value !== 'boolean') throw wrong(at, 'true or false', value);
    return value;
  },
});

function hostPath(value: unknown, at: string): HostPathRule {
  const { path, readOnly = true } = hostPathFields(value, at);
  if (path === undefined || path.split('/').some((part) => part === '..' || part === '.'))
    throw wrong(`${at}.path`, 'an absolute path', path);
  return { path, readOnly };
}

const mark = matching(/^[A-Za-z0-9][-./\w]*\*?$/, 'the name of an annotation or a label, or its beginning and a *');

const effects = ['NoSchedule', 'NoExecute'] as const;

/** `dedicated`, `dedicated:NoSchedule`, `example.com/*`; where `values` may be: `dedicated=team`. */
function tolerated(values: boolean): Reader<AllowedToleration> {
  return (value, at) => {
    const [, key, wanted, effect] = /^([-./\w]*\*|[-./\w]+)(?:=([-.\w]*))?(?::(\w+))?$/.exec(text(value, at)) ?? [];
    const known = effects.find((one) => one === effect);
    if (key === undefined || (effect !== undefined && !known) || (wanted !== undefined && !values))
      throw wrong(at, `key${values ? ', key=value' : ''} or with an effect key:${effects.join('|')}`, value);
    return { key, ...(wanted === undefined ? {} : { value: wanted }), ...(known ? { effect: known } : {}) };
  };
}

function tolerationRules(value: unknown, at: string): TolerationRules {
  const read = record<Partial<TolerationRules>>({
    guarded: listOf(tolerated(false)),
    allowed: listOf(tolerated(true)),
    otherwise: oneOf(['refuse', 'drop']),
  })(value, at);
  if ((read.guarded === undefined) === (read.allowed === undefined))
    throw new Error(
      `${at} has either "guarded" (what must not be tolerated) or "allowed" (what may be, and nothing else)`,
    );
  return { otherwise: 'refuse', ...read };
}

function registry(value: unknown, at: string): string {
  if (typeof value === 'string' && isRegistryPrefix(value)) return value;
  throw wrong(at, 'a registry by its full name, and maybe a path in it, as docker.io/library or ghcr.io', value);
}

function amounts(value: unknown, at: string): Amounts {
  return mapOf((amount, where) => {
    const canonical = canonicalQuantity(String(amount));
    if ('error' in canonical) throw wrong(where, 'a quantity', amount);
    return canonical.text;
  })(value, at);
}

function block(value: unknown, at: string): string {
  if (typeof value === 'string' && parseCidr(value)) return value;
  throw wrong(at, 'a block of addresses, as 192.0.2.0/24', value);
}

/** What has been typed and what a file says, as it stands in a tenant's configuration. @throws Error in words for its owner */
export function isolationOf(file: unknown, podSecurity: string | undefined): JsonObject | undefined {
  const given = file ?? {};
  const isolation = isJsonObject(given) && podSecurity !== undefined ? { ...given, podSecurity } : given;
  parseIsolation(isolation);
  return isJsonObject(isolation) && Object.keys(isolation).length > 0 ? isolation : undefined;
}
