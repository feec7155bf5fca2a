/**
 * `authorizer.group('apps').resource('deployments').namespace('a').check('create').allowed()`: asks who may do what. Mirrors apiserver
 * pkg/cel/library/authz.go. Who decides is the variable's to know; expressions can't wait, so neither can the answer.
 */
import { dns1123Label, dns1123Subdomain } from '../../../api/names.ts';
import type { User } from '../../../api/user.ts';
import { boolType, stringType, structType, type CelType } from '../cel-type.ts';
import { member, type FunctionDeclaration, type Implementation, type Library } from '../declaration.ts';
import { CelError, noSuchOverload, OpaqueValue, type Value } from '../value.ts';

export interface AccessQuestion {
  readonly user: User;
  readonly verb: string;
  /** Absent: it is about `path`. */
  readonly resource?: ResourceQuestion;
  readonly path: string;
}

export interface ResourceQuestion {
  readonly group: string;
  readonly resource: string;
  readonly subresource: string;
  readonly namespace: string;
  readonly name: string;
}

export interface AccessAnswer {
  readonly allowed: boolean;
  readonly reason: string;
  /** Undefined: it could be decided. */
  readonly error?: string;
}

/** Must not throw. */
export type AskAccess = (question: AccessQuestion) => AccessAnswer;

export const authorizerType = structType('kubernetes.authorization.Authorizer');
export const resourceCheckType = structType('kubernetes.authorization.ResourceCheck');
const pathCheckType = structType('kubernetes.authorization.PathCheck');
const groupCheckType = structType('kubernetes.authorization.GroupCheck');
const decisionType = structType('kubernetes.authorization.Decision');

/** They are only asked; upstream compares none of them. */
abstract class ReceiverValue extends OpaqueValue {
  equalTo(_other: Value): CelError {
    return noSuchOverload;
  }
}

export class AuthorizerValue extends ReceiverValue {
  readonly type = authorizerType;
  readonly user: User;
  readonly ask: AskAccess;

  constructor(user: User, ask: AskAccess) {
    super();
    this.user = user;
    this.ask = ask;
  }
}

export class ResourceCheckValue extends ReceiverValue {
  readonly type = resourceCheckType;
  readonly authorizer: AuthorizerValue;
  readonly question: ResourceQuestion;

  constructor(authorizer: AuthorizerValue, question: ResourceQuestion) {
    super();
    this.authorizer = authorizer;
    this.question = question;
  }

  with(part: Partial<ResourceQuestion>): ResourceCheckValue {
    return new ResourceCheckValue(this.authorizer, { ...this.question, ...part });
  }
}

class PathCheckValue extends ReceiverValue {
  readonly type = pathCheckType;
  readonly authorizer: AuthorizerValue;
  readonly path: string;

  constructor(authorizer: AuthorizerValue, path: string) {
    super();
    this.authorizer = authorizer;
    this.path = path;
  }
}

class GroupCheckValue extends ReceiverValue {
  readonly type = groupCheckType;
  readonly authorizer: AuthorizerValue;
  readonly group: string;

  constructor(authorizer: AuthorizerValue, group: string) {
    super();
    this.authorizer = authorizer;
    this.group = group;
  }
}

class DecisionValue extends ReceiverValue {
  readonly type = decisionType;
  readonly answer: AccessAnswer;

  constructor(answer: AccessAnswer) {
    super();
    this.answer = answer;
  }
}

export const authorizerLibrary = (): Library => ({
  functions: [...questions(), ...narrowings(), ...decisions()],
});

function questions(): readonly FunctionDeclaration[] {
  return [
    method('path', 'authorizer_path', [authorizerType, stringType], pathCheckType, (target, path) => {
      if (!(target instanceof AuthorizerValue) || typeof path !== 'string') return noSuchOverload;
      return path.trim() === '' ? new CelError('path must not be empty') : new PathCheckValue(target, path);
    }),
    method('group', 'authorizer_group', [authorizerType, stringType], groupCheckType, (target, group) =>
      target instanceof AuthorizerValue && typeof group === 'string'
        ? new GroupCheckValue(target, group)
        : noSuchOverload,
    ),
    method(
      'serviceAccount',
      'authorizer_serviceaccount',
      [authorizerType, stringType, stringType],
      authorizerType,
      serviceAccount,
    ),
    method('resource', 'groupcheck_resource', [groupCheckType, stringType], resourceCheckType, (target, resource) => {
      if (!(target instanceof GroupCheckValue) || typeof resource !== 'string') return noSuchOverload;
      if (resource.trim() === '') return new CelError('resource must not be empty');
      const { authorizer, group } = target;
      return new ResourceCheckValue(authorizer, { group, resource, subresource: '', namespace: '', name: '' });
    }),
    {
      name: 'check',
      overloads: [
        member('pathcheck_check', [pathCheckType, stringType], decisionType, checkPath),
        member('resourcecheck_check', [resourceCheckType, stringType], decisionType, checkResource),
      ],
    },
  ];
}

function narrowings(): readonly FunctionDeclaration[] {
  const narrowing = (name: string, id: string, part: (text: string) => Partial<ResourceQuestion>) =>
    method(name, id, [resourceCheckType, stringType], resourceCheckType, (target, text) =>
      target instanceof ResourceCheckValue && typeof text === 'string' ? target.with(part(text)) : noSuchOverload,
    );
  return [
    narrowing('subresource', 'resourcecheck_subresource', (subresource) => ({ subresource })),
    narrowing('namespace', 'resourcecheck_namespace', (namespace) => ({ namespace })),
    narrowing('name', 'resourcecheck_name', (name) => ({ name })),
    // Roles know nothing of selectors.
    narrowing('fieldSelector', 'authorizer_fieldselector', () => ({})),
    narrowing('labelSelector', 'authorizer_labelselector', () => ({})),
  ];
}

function decisions(): readonly FunctionDeclaration[] {
  const telling = (name: string, id: string, type: CelType, tell: (answer: AccessAnswer) => Value) =>
    method(name, id, [decisionType], type, (decision) =>
      decision instanceof DecisionValue ? tell(decision.answer) : noSuchOverload,
    );
  return [
    telling('errored', 'decision_errored', boolType, ({ error }) => error !== undefined),
    telling('error', 'decision_error', stringType, ({ error = '' }) => error),
    telling('allowed', 'decision_allowed', boolType, ({ allowed }) => allowed),
    telling('reason', 'decision_reason', stringType, ({ reason }) => reason),
  ];
}

function method(
  name: string,
  id: string,
  args: readonly CelType[],
  result: CelType,
  run: Implementation,
): FunctionDeclaration {
  return { name, overloads: [member(id, args, result, run)] };
}

function serviceAccount(target: Value = null, namespace: Value = null, name: Value = null): Value {
  if (!(target instanceof AuthorizerValue) || typeof namespace !== 'string' || typeof name !== 'string') {
    return noSuchOverload;
  }
  if (dns1123Subdomain(name).length > 0) return new CelError('Invalid service account name');
  if (dns1123Label(namespace).length > 0) return new CelError('Invalid service account namespace');
  const user: User = {
    name: `system:serviceaccount:${namespace}:${name}`,
    groups: ['system:serviceaccounts', `system:serviceaccounts:${namespace}`],
  };
  return new AuthorizerValue(user, target.ask);
}

function checkPath(target: Value = null, verb: Value = null): Value {
  if (!(target instanceof PathCheckValue) || typeof verb !== 'string') return noSuchOverload;
  const { authorizer, path } = target;
  return new DecisionValue(authorizer.ask({ user: authorizer.user, verb, path }));
}

function checkResource(target: Value = null, verb: Value = null): Value {
  if (!(target instanceof ResourceCheckValue) || typeof verb !== 'string') return noSuchOverload;
  const { authorizer, question } = target;
  return new DecisionValue(authorizer.ask({ user: authorizer.user, verb, resource: question, path: '' }));
}
