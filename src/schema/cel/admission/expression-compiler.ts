/**
 * Expressions of policies and of webhooks' match conditions, compiled: `object`, `request` and so on are what they see, and the variables
 * of a policy, each of which sees those before it. Mirrors apiserver pkg/admission/plugin/cel compile.go and composition.go.
 */
import {
  boolType,
  bytesType,
  doubleType,
  durationType,
  dynType,
  intType,
  listType,
  mapType,
  nullType,
  sameType,
  stringType,
  structType,
  timestampType,
  uintType,
  type CelType,
} from '../cel-type.ts';
import { createEnvironment, kubernetesLibraries, type Environment, type Libraries } from '../environment.ts';
import { authorizerType, resourceCheckType } from '../library/authorizer.ts';
import { jsonPatchLibrary } from '../library/json-patch.ts';
import { compile, type Program } from '../program.ts';
import { mutationStruct, withMutationFields } from './object-types.ts';
import { admissionFields, namespaceType, requestType } from './request-type.ts';

/** What an expression sees besides `object`, `oldObject`, `request` and `namespaceObject`. */
export interface Seen {
  readonly params: boolean;
  readonly authorizer: boolean;
  /** `Object{}`, `JSONPatch{}` */
  readonly patchTypes?: boolean;
}

export interface ExpressionProblem {
  /** `internal`: no fault of the text. */
  readonly type: 'invalid' | 'internal';
  readonly detail: string;
}

export interface CompiledExpression {
  readonly expression: string;
  /** Absent: `problem` says why. */
  readonly program?: Program;
  readonly problem?: ExpressionProblem;
}

/** Types of `object` (and `oldObject`) and `params`, where they are known, with the fields of all types that are in them. */
export interface KnownTypes {
  readonly object: CelType;
  readonly params: CelType;
  readonly fields: ReadonlyMap<string, ReadonlyMap<string, CelType>>;
}

const variablesType = structType('kubernetes.variables');
const patchLibraries: Libraries = [...kubernetesLibraries, jsonPatchLibrary];
/** Lists of lists of lists: variables can be stacked without end. */
const typeDepthMax = 32;
const plainTypes: readonly CelType[] = [
  boolType,
  bytesType,
  doubleType,
  durationType,
  intType,
  nullType,
  stringType,
  timestampType,
  uintType,
];

/** One for each policy: it knows its variables. */
export class ExpressionCompiler {
  readonly #composed: boolean;
  readonly #known: KnownTypes | undefined;
  readonly #variables = new Map<string, CompiledExpression>();
  readonly #variableTypes = new Map<string, CelType>();
  readonly #environments = new Map<string, Environment>();

  /** `composed`: there is `variables`. */
  constructor(composed: boolean, known?: KnownTypes) {
    this.#composed = composed;
    this.#known = known;
  }

  /** By name. */
  get variables(): ReadonlyMap<string, CompiledExpression> {
    return this.#variables;
  }

  /** Of any type. Those that come later see it. */
  addVariable(name: string, expression: string, seen: Seen): CompiledExpression {
    const compiled = this.compile(expression, seen);
    this.#variables.set(name, compiled);
    this.#variableTypes.set(name, fieldType(compiled.program?.type ?? dynType));
    return compiled;
  }

  /** `wanted`: the types that it may be of; absent: any. */
  compile(expression: string, seen: Seen, wanted?: readonly CelType[]): CompiledExpression {
    const compiled = compile(expression, this.#environment(seen));
    const failed = (type: ExpressionProblem['type'], detail: string): CompiledExpression => ({
      expression,
      problem: { type, detail },
    });
    if (!compiled.ok && compiled.stage === 'check') return failed('invalid', `compilation failed: ${compiled.text}`);
    if (!compiled.ok) return failed('internal', `program instantiation failed: ${compiled.text}`);
    const { program } = compiled;
    if (wanted !== undefined && !wanted.some((type) => sameType(type, program.type))) {
      const [first = dynType, ...others] = wanted;
      const what =
        others.length === 0 ? declaredName(first) : `one of [${wanted.map((type) => declaredName(type)).join(' ')}]`;
      return failed('invalid', `must evaluate to ${what} but got ${declaredName(program.type)}`);
    }
    return { expression, program };
  }

  #environment(seen: Seen): Environment {
    const key = `${seen.params} ${seen.authorizer} ${seen.patchTypes ?? false}`;
    const made = this.#environments.get(key) ?? this.#newEnvironment(seen);
    this.#environments.set(key, made);
    return made;
  }

  #newEnvironment({ params, authorizer, patchTypes = false }: Seen): Environment {
    const object = this.#known?.object ?? dynType;
    const fields: Map<string, ReadonlyMap<string, CelType>> = new Map([
      ...admissionFields(),
      ...(this.#known?.fields ?? []),
    ]);
    if (this.#composed) fields.set(variablesType.name, this.#variableTypes);
    const variables = new Map<string, CelType>([
      ['object', object],
      ['oldObject', object],
      ['namespaceObject', namespaceType],
      ['request', requestType],
    ]);
    if (params) variables.set('params', this.#known?.params ?? dynType);
    if (authorizer) variables.set('authorizer', authorizerType);
    // Upstream's type checker doesn't know of it.
    if (authorizer && !this.#known) variables.set('authorizer.requestResource', resourceCheckType);
    if (this.#composed) variables.set('variables', variablesType);
    if (!patchTypes) return createEnvironment({ libraries: kubernetesLibraries, fields, variables });
    return createEnvironment({
      libraries: patchLibraries,
      fields: withMutationFields(fields),
      structs: mutationStruct,
      variables,
    });
  }
}

/** What others know of a variable's type. Mirrors convertCelTypeToDeclType, but for how deep it looks. */
function fieldType(type: CelType, depth = 0): CelType {
  if (depth > typeDepthMax) return dynType;
  const plain = plainTypes.find((one) => sameType(one, type));
  if (plain !== undefined) return plain;
  const [first = dynType, second = dynType] = type.params;
  if (type.kind === 'list') return listType(fieldType(first, depth + 1));
  return type.kind === 'map' ? mapType(fieldType(first, depth + 1), fieldType(second, depth + 1)) : dynType;
}

/** As cel-go's types name themselves, which differs from what messages of the checker have. */
function declaredName({ name, params }: CelType): string {
  return params.length === 0 ? name : `${name}(${params.map(declaredName).join(', ')})`;
}
