/**
 * Acting as somebody else, for who may. Each way of impersonating has rights of its own; the narrow ones (which also say what may be done as
 * somebody else) are tried before the old, wide one. Mirrors apiserver endpoints/filters/impersonation, v1.36, without its caches of answers:
 * a right that is taken away is gone at once.
 */
import { LRUCache } from 'lru-cache';
import { goQuote } from '../../api/go-text.ts';
import { dns1123Subdomain } from '../../api/names.ts';
import { StatusError } from '../../api/status.ts';
import type { User } from '../../api/user.ts';
import { forbiddenError, type Attributes, type Authorizer } from '../authz/authorizer.ts';
import { authenticatedGroup } from './authenticator.ts';
import { nodeOf, serviceAccountGroups, serviceAccountOf } from './service-account-names.ts';

export interface Impersonation {
  /**
   * The user that the request acts as from here on. `attributes`: of the request, with who really asks.
   * @throws StatusError Forbidden
   */
  impersonate(wanted: User, attributes: Attributes): Promise<User>;
}

interface Mode {
  readonly name: 'associated-node' | 'arbitrary-node' | 'serviceaccount' | 'user-info' | 'legacy';
  /** Whether the mode is made for this user at all. */
  applies(wanted: User, requestor: User): boolean;
}

const modes: readonly Mode[] = [
  {
    name: 'associated-node',
    applies: (wanted, requestor) => isOnlyName(wanted) && isNodeOf(wanted, requestor),
  },
  { name: 'arbitrary-node', applies: (wanted) => isOnlyName(wanted) && nodeOf(wanted.name) !== undefined },
  { name: 'serviceaccount', applies: (wanted) => isOnlyName(wanted) && serviceAccountOf(wanted.name) !== undefined },
  {
    name: 'user-info',
    applies: ({ name }) => nodeOf(name) === undefined && serviceAccountOf(name) === undefined,
  },
  { name: 'legacy', applies: () => true },
];

const unauthenticatedGroup = 'system:unauthenticated';
const nodeNameKey = 'authentication.kubernetes.io/node-name';
/** From so many values on, one question for all of them comes first. */
const manyValues = 4;
/** For whom it is remembered which mode worked. */
const rememberedMax = 1000;

export function createImpersonation(authorizer: Authorizer): Impersonation {
  const lastModes = new LRUCache<string, Mode>({ max: rememberedMax });
  return {
    async impersonate(wanted, attributes) {
      const last = lastModes.get(attributes.user.name);
      const ordered = last ? [last, ...modes.filter((mode) => mode !== last)] : modes;
      let refusal: StatusError | undefined;
      for (const mode of ordered) {
        if (!mode.applies(wanted, attributes.user)) continue;
        try {
          const user = await new Check(authorizer, mode.name, attributes).actAs(wanted);
          lastModes.set(attributes.user.name, mode);
          return user;
        } catch (error) {
          if (!(error instanceof StatusError)) throw error;
          refusal ??= error;
        }
      }
      // The legacy mode applies to everybody: there is a refusal.
      throw refusal ?? forbiddenError(attributes, '');
    },
  };
}

/** One mode's questions to the authorizer about one request. Methods throw Forbidden. */
class Check {
  readonly #authorizer: Authorizer;
  readonly #mode: Mode['name'];
  readonly #attributes: Attributes;
  readonly #requestor: User;

  constructor(authorizer: Authorizer, mode: Mode['name'], attributes: Attributes) {
    this.#authorizer = authorizer;
    this.#mode = mode;
    this.#attributes = attributes;
    this.#requestor = mode === 'associated-node' ? withoutExtraValues(attributes.user) : attributes.user;
  }

  async actAs(wanted: User): Promise<User> {
    if (this.#constrained) {
      const { verb } = this.#attributes;
      const user = this.#requestor;
      await this.#ask({ ...this.#attributes, user, verb: `impersonate-on:${this.#mode}:${verb}` });
    }
    const groups = await this.#username(wanted);
    if (wanted.uid) await this.#ask(this.#question('uids', { name: wanted.uid, group: 'authentication.k8s.io' }));
    await this.#groups(wanted.groups);
    await this.#extra(wanted.extra ?? {});
    return { ...wanted, groups: completed(wanted.name, groups) };
  }

  get #constrained(): boolean {
    return this.#mode !== 'legacy';
  }

  /** Returns the groups that the user has by its name, or by the request. */
  async #username({ name, groups }: User): Promise<readonly string[]> {
    const node = this.#constrained ? nodeOf(name) : undefined;
    if (node !== undefined) {
      await this.#ask(this.#question('nodes', { name: this.#mode === 'associated-node' ? '*' : node }));
      return ['system:nodes'];
    }
    const account = serviceAccountOf(name);
    if (!account) {
      await this.#ask(this.#question('users', { name }));
      return groups;
    }
    await this.#ask(this.#question('serviceaccounts', account));
    return groups.length === 0 ? serviceAccountGroups(account.namespace) : groups;
  }

  async #groups(groups: readonly string[]): Promise<void> {
    if (groups.length === 0) return;
    if (this.#constrained) {
      this.#refuseIf(groups.includes(''), 'groups', '', 'impersonating the empty string group is not allowed');
      const masters = 'system:masters';
      const text = 'impersonating the system:masters group is not allowed';
      this.#refuseIf(groups.includes(masters), 'groups', masters, text);
      if (groups.length >= manyValues && (await this.#allows(this.#question('groups', { name: '*' })))) return;
    }
    for (const name of groups) await this.#ask(this.#question('groups', { name }));
  }

  async #extra(extra: Readonly<Record<string, readonly string[]>>): Promise<void> {
    const entries = Object.entries(extra);
    const about = (subresource: string, name: string): Attributes =>
      this.#question('userextras', { subresource, name, group: 'authentication.k8s.io' });
    if (this.#constrained) {
      const wrong = entries.map(([key, values]) => extraError(key, values)).find((error) => error !== undefined);
      this.#refuseIf(wrong !== undefined, 'userextras', '', wrong ?? '');
      const many = entries.length >= manyValues || entries.flatMap(([, values]) => values).length >= manyValues;
      if (many && (await this.#allows(about('*', '*')))) return;
    }
    for (const [key, values] of entries) for (const value of values) await this.#ask(about(key, value));
  }

  #question(resource: string, about: Partial<Attributes> & { readonly name: string }): Attributes {
    return {
      user: this.#requestor,
      verb: this.#constrained ? `impersonate:${this.#mode}` : 'impersonate',
      isResourceRequest: true,
      path: '',
      namespace: '',
      group: this.#constrained ? 'authentication.k8s.io' : '',
      version: 'v1',
      resource,
      subresource: '',
      ...about,
    };
  }

  async #ask(attributes: Attributes): Promise<void> {
    const { decision, reason, evaluationError } = await this.#authorizer.authorize(attributes);
    if (decision === 'allow') return;
    const text = [evaluationError ?? '', reason].filter((part) => part !== '').join(': ');
    throw forbiddenError(attributes, text);
  }

  async #allows(attributes: Attributes): Promise<boolean> {
    return (await this.#authorizer.authorize(attributes)).decision === 'allow';
  }

  #refuseIf(wrong: boolean, resource: string, name: string, text: string): void {
    if (!wrong) return;
    throw forbiddenError(this.#question(resource, { name, group: 'authentication.k8s.io' }), text);
  }
}

function isOnlyName({ uid = '', groups, extra = {} }: User): boolean {
  return uid === '' && groups.length === 0 && Object.keys(extra).length === 0;
}

/** Whether the one who asks is a service account whose token was made for that node. */
function isNodeOf(wanted: User, requestor: User): boolean {
  const node = nodeOf(wanted.name);
  if (node === undefined || serviceAccountOf(requestor.name) === undefined) return false;
  const names = requestor.extra?.[nodeNameKey] ?? [];
  return names.length === 1 && names[0] === node;
}

function withoutExtraValues(user: User): User {
  const keys = Object.keys(user.extra ?? {}).toSorted();
  return { ...user, extra: { 'authentication.kubernetes.io/associated-node-keys': keys } };
}

/** With the group of all who are known, or of all who aren't. */
function completed(name: string, groups: readonly string[]): readonly string[] {
  if (groups.includes(unauthenticatedGroup)) return groups;
  const group = name === 'system:anonymous' ? unauthenticatedGroup : authenticatedGroup;
  return groups.includes(group) ? groups : [...groups, group];
}

const pathText = `Invalid path (regex used for validation is '[A-Za-z0-9/\\-._~%!$&'()*+,;=:]+')`;

/** Mirrors validateExtra. */
function extraError(key: string, values: readonly string[]): string | undefined {
  if (key === '') return 'impersonating the empty string key in extra is not allowed';
  const text = domainPathError(key);
  if (text !== undefined) return `impersonating an invalid key in extra is not allowed: extra.key: ${text}`;
  if (key !== key.toLowerCase()) return `impersonating a non-lowercase key in extra is not allowed: ${goQuote(key)}`;
  if (values.length === 0) return 'impersonating empty values in extra is not allowed';
  if (values.includes('')) return 'impersonating the empty string value in extra is not allowed';
  return undefined;
}

/** Mirrors IsDomainPrefixedPath. */
function domainPathError(key: string): string | undefined {
  const slash = key.indexOf('/');
  const invalid = (value: string, text: string): string => `Invalid value: ${goQuote(value)}: ${text}`;
  if (slash <= 0 || slash === key.length - 1)
    return invalid(key, 'must be a domain-prefixed path (such as "acme.io/foo")');
  const [hostError] = dns1123Subdomain(key.slice(0, slash));
  if (hostError !== undefined) return invalid(key.slice(0, slash), hostError);
  const path = key.slice(slash + 1);
  return /^[A-Za-z0-9/\-._~%!$&'()*+,;=:]+$/.test(path) ? undefined : invalid(path, pathText);
}
