/**
 * What expressions may use: functions, macros, types, variables. {@link kubernetesLibraries} are those that upstream gives to all
 * expressions of 1.36. Mirrors apiserver pkg/cel/environment/base.go.
 */
import { typeOfType, type CelType, type TypeFields } from './cel-type.ts';
import { mergeFunctions, type FunctionDeclaration, type Library } from './declaration.ts';
import { authorizerLibrary } from './library/authorizer.ts';
import { comprehensionsLibrary } from './library/comprehensions.ts';
import { formatLibrary } from './library/format.ts';
import { listExtension } from './library/list-extension.ts';
import { listsLibrary } from './library/lists.ts';
import { networkLibrary } from './library/network.ts';
import { optionalsLibrary } from './library/optionals.ts';
import { quantityLibrary } from './library/quantity.ts';
import { regexLibrary } from './library/regex.ts';
import { semverLibrary } from './library/semver.ts';
import { setsLibrary } from './library/sets.ts';
import { standardLibrary } from './library/standard.ts';
import { stringsLibrary } from './library/strings.ts';
import { urlsLibrary } from './library/urls.ts';
import type { Macro } from './macro.ts';
import { macroKey } from './parser.ts';

/** Made when they are first needed: a process that has no expressions has no declarations. */
export type Libraries = readonly (() => Library)[];

export interface EnvironmentOptions {
  readonly libraries: Libraries;
  readonly variables?: ReadonlyMap<string, CelType>;
  /** Of the struct types that variables are of. */
  readonly fields?: TypeFields;
  /** Struct types that are too many to list, by their names. */
  readonly structs?: (name: string) => CelType | undefined;
  /** Names are looked up in it, and in what surrounds it: `a.b`. */
  readonly container?: string;
  /** `a.?b`. Default: true. */
  readonly optionalSyntax?: boolean;
  /** Kubernetes refuses lists of mixed types and literals that can't be read. Default: true. */
  readonly strictLiterals?: boolean;
}

export interface Environment {
  readonly functions: ReadonlyMap<string, FunctionDeclaration>;
  readonly macros: ReadonlyMap<string, Macro>;
  /** Variables and types, by their names. */
  readonly identifiers: ReadonlyMap<string, CelType>;
  readonly fields: TypeFields;
  readonly structs?: (name: string) => CelType | undefined;
  readonly container: string;
  readonly optionalSyntax: boolean;
  readonly strictLiterals: boolean;
}

export const kubernetesLibraries: Libraries = [
  standardLibrary,
  urlsLibrary,
  regexLibrary,
  listsLibrary,
  authorizerLibrary,
  optionalsLibrary,
  quantityLibrary,
  stringsLibrary,
  setsLibrary,
  networkLibrary,
  formatLibrary,
  comprehensionsLibrary,
  semverLibrary,
  listExtension,
];

const noFields: TypeFields = new Map();
/** Merging declarations is dear beside compiling a short expression. */
const prepared = new WeakMap<Libraries, Pick<Environment, 'functions' | 'macros' | 'identifiers'>>();

export function createEnvironment(options: EnvironmentOptions): Environment {
  const base = preparedLibraries(options.libraries);
  return {
    functions: base.functions,
    macros: base.macros,
    identifiers:
      options.variables === undefined ? base.identifiers : new Map([...base.identifiers, ...options.variables]),
    fields: options.fields ?? noFields,
    ...(options.structs === undefined ? {} : { structs: options.structs }),
    container: options.container ?? '',
    optionalSyntax: options.optionalSyntax ?? true,
    strictLiterals: options.strictLiterals ?? true,
  };
}

/** What `name` (with all of its dots) is declared as. */
export function declaredType({ identifiers, structs }: Environment, name: string): CelType | undefined {
  const declared = identifiers.get(name);
  if (declared !== undefined || structs === undefined) return declared;
  const struct = structs(name);
  return struct === undefined ? undefined : typeOfType(struct);
}

/** Names that `name` may stand for, the most particular first. */
export function candidateNames(container: string, name: string): readonly string[] {
  if (name.startsWith('.')) return [name.slice(1)];
  if (container === '') return [name];
  const parts = container.split('.');
  const prefixed = parts.map((_, index) => `${parts.slice(0, parts.length - index).join('.')}.${name}`);
  return [...prefixed, name];
}

function preparedLibraries(lazy: Libraries): Pick<Environment, 'functions' | 'macros' | 'identifiers'> {
  const known = prepared.get(lazy);
  if (known !== undefined) return known;
  const libraries = lazy.map((library) => library());
  const macros = libraries.flatMap((library) => library.macros ?? []);
  const types = libraries.flatMap((library) => library.types ?? []);
  const made = {
    functions: mergeFunctions(libraries),
    macros: new Map(macros.map((macro) => [macroKey(macro.name, macro.argCount, macro.receiver), macro])),
    identifiers: new Map(types.map((type) => [type.name, typeOfType(type)])),
  };
  prepared.set(lazy, made);
  return made;
}
