/**
 * Whether a validating policy's expressions fit the types of what the policy is about: what doesn't is told in its status, and changes
 * nothing. Mirrors apiserver pkg/admission/plugin/policy/validating typechecking.go.
 */
import { apiVersionOf, parseApiVersion, type GroupVersionKind, type GroupVersionResource } from '../../../api/gvk.ts';
import { dynType, type CelType } from '../cel-type.ts';
import { celTypeOf, type SchemaType } from '../rules/schema-type.ts';
import { ExpressionCompiler } from './expression-compiler.ts';

export interface CheckedPolicy {
  readonly paramKind?: { readonly apiVersion?: string; readonly kind?: string };
  readonly rules: readonly {
    readonly apiGroups?: readonly string[];
    readonly apiVersions?: readonly string[];
    readonly resources?: readonly string[];
  }[];
  readonly variables: readonly { readonly name?: string; readonly expression?: string }[];
  readonly validations: readonly { readonly expression?: string; readonly messageExpression?: string }[];
}

export interface KnownKinds {
  /** Plural or singular; none: it isn't served. The core group stands for all groups: the first is its own. */
  kindsOf(resource: GroupVersionResource): readonly GroupVersionKind[];
  /** `unknown`: there is no such kind. Undefined: its objects can be anything. */
  typeOf(kind: GroupVersionKind): SchemaType | undefined | 'unknown';
}

export interface ExpressionWarning {
  /** `spec.validations[0].expression` */
  readonly fieldRef: string;
  readonly warning: string;
}

/** More of them aren't looked at, for each rule. */
const kindsMax = 10;

export function checkPolicyTypes(policy: CheckedPolicy, known: KnownKinds): readonly ExpressionWarning[] {
  const compilers = kindsOf(policy, known).flatMap((kind) => {
    const type = known.typeOf(kind);
    return type === 'unknown' ? [] : [{ kind, compiler: compilerFor(policy, known, kind, type) }];
  });
  const seen = { params: policy.paramKind !== undefined, authorizer: true };
  const warningsOf = (expression: string, fieldRef: string): readonly ExpressionWarning[] => {
    const texts = compilers.flatMap(({ kind, compiler }) => {
      const { problem } = compiler.compile(expression, seen);
      if (problem?.type !== 'invalid') return [];
      const issues = problem.detail.replace(/^compilation failed: /, '');
      return [`${apiVersionText(kind)}, Kind=${kind.kind}: ${issues}\n`];
    });
    return texts.length === 0 ? [] : [{ fieldRef, warning: texts.join('\n') }];
  };
  return policy.validations.flatMap(({ expression = '', messageExpression = '' }, index) => {
    const path = `spec.validations[${index}]`;
    return [
      ...warningsOf(expression, `${path}.expression`),
      ...(messageExpression === '' ? [] : warningsOf(messageExpression, `${path}.messageExpression`)),
    ];
  });
}

/** Whatever group: Go prints `/v1` for the core group. */
function apiVersionText({ group, version }: GroupVersionKind): string {
  return `${group}/${version}`;
}

function compilerFor(
  { paramKind, variables }: CheckedPolicy,
  known: KnownKinds,
  kind: GroupVersionKind,
  type: SchemaType | undefined,
): ExpressionCompiler {
  const fields = new Map<string, ReadonlyMap<string, CelType>>();
  const object = type === undefined ? dynType : celTypeOf(type, kind.kind, fields);
  const paramsKind = paramKind && { ...parseApiVersion(paramKind.apiVersion ?? ''), kind: paramKind.kind ?? '' };
  const found = paramsKind && known.typeOf({ group: '', version: '', ...paramsKind });
  const params =
    found === undefined || found === 'unknown' ? dynType : celTypeOf(found, `params.${paramKind?.kind}`, fields);
  const compiler = new ExpressionCompiler(true, { object, params, fields });
  const seen = { params: paramKind !== undefined, authorizer: true };
  for (const { name = '', expression = '' } of variables) compiler.addVariable(name, expression, seen);
  return compiler;
}

/** Of the rules that name all of what they are about. In the order of group, version and kind. */
function kindsOf({ rules }: CheckedPolicy, known: KnownKinds): readonly GroupVersionKind[] {
  const kinds = new Map<string, GroupVersionKind>();
  for (const { apiGroups = [], apiVersions = [], resources = [] } of rules) {
    if ([...apiGroups, ...apiVersions].some((text) => text.includes('*'))) continue;
    const plurals = resources.filter((name) => !/[*/]/.test(name)).toSorted();
    let count = 0;
    for (const group of apiGroups.toSorted()) {
      for (const version of apiVersions.toSorted()) {
        for (const resource of plurals) {
          for (const kind of known.kindsOf({ group, version, resource })) {
            kinds.set(`${apiVersionOf(kind)} ${kind.kind}`, kind);
            if (++count === kindsMax) return sorted(kinds);
          }
        }
      }
    }
  }
  return sorted(kinds);
}

function sorted(kinds: ReadonlyMap<string, GroupVersionKind>): readonly GroupVersionKind[] {
  const order = (left: string, right: string): number => (left < right ? -1 : left > right ? 1 : 0);
  return [...kinds.values()].toSorted(
    (left, right) =>
      order(left.group, right.group) || order(left.version, right.version) || order(left.kind, right.kind),
  );
}
