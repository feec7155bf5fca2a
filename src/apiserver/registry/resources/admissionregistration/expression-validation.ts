/** Expressions of this group's kinds: those that can't be compiled are refused. Mirrors validateMatchConditions and its kin, v1.36. */
import * as field from '../../../../api/field-error.ts';
import type { FieldError, Path } from '../../../../api/field-error.ts';
import { boolType, type CelType } from '../../../../schema/cel/cel-type.ts';
import {
  ExpressionCompiler,
  type CompiledExpression,
  type Seen,
} from '../../../../schema/cel/admission/expression-compiler.ts';
import { qualified } from '../checks.ts';
import type { MatchCondition, Variable } from './registration.ts';

const matchConditionsMax = 64;
const identifierPattern = /^[_a-zA-Z][_a-zA-Z0-9]*$/;
const reserved = new Set(
  'true false null in as break const continue else for function if import let loop package namespace return var void while'.split(
    ' ',
  ),
);
let stateless: ExpressionCompiler | undefined;

/** Without variables: it serves all. */
export function statelessCompiler(): ExpressionCompiler {
  return (stateless ??= new ExpressionCompiler(false));
}

/** @param params whether there are any */
export function validateMatchConditions(
  conditions: readonly MatchCondition[],
  params: boolean,
  path: Path,
): FieldError[] {
  const names = new Set<string>();
  const tooMany =
    conditions.length > matchConditionsMax ? [field.tooMany(path, conditions.length, matchConditionsMax)] : [];
  return [
    ...tooMany,
    ...conditions.flatMap(({ name = '', expression = '' }, index) => {
      const where = path.index(index);
      const namePath = where.child('name');
      const trimmed = expression.trim();
      const compiled =
        trimmed === '' ? undefined : statelessCompiler().compile(trimmed, { params, authorizer: true }, [boolType]);
      const errors = [
        ...(compiled
          ? problemErrors(compiled, where.child('expression'))
          : [field.required(where.child('expression'), '')]),
        ...(name === '' ? [field.required(namePath, '')] : qualified(name, namePath)),
      ];
      if (names.has(name) && name !== '') errors.push(field.duplicate(namePath, name));
      names.add(name);
      return errors;
    }),
  ];
}

/** Those that come later see it, whatever is wrong with it. */
export function validateVariable(
  compiler: ExpressionCompiler,
  variable: Variable,
  seen: Seen,
  path: Path,
): FieldError[] {
  const { name = '', expression = '' } = variable;
  const errors: FieldError[] = [];
  if (name.trim() === '') errors.push(field.required(path.child('name'), 'name is not specified'));
  else if (!identifierPattern.test(name) || reserved.has(name)) {
    errors.push(field.invalid(path.child('name'), name, 'must be a valid CEL identifier'));
  }
  const where = path.child('expression');
  if (expression.trim() === '') return [...errors, field.required(where, 'expression is not specified')];
  return [...errors, ...problemErrors(compiler.addVariable(name, expression, seen), where)];
}

export function validateExpression(
  compiler: ExpressionCompiler,
  expression: string,
  seen: Seen,
  wanted: readonly CelType[],
  path: Path,
): FieldError[] {
  return problemErrors(compiler.compile(expression, seen, wanted), path);
}

function problemErrors({ expression, problem }: CompiledExpression, path: Path): FieldError[] {
  if (problem === undefined) return [];
  if (problem.type === 'internal') return [field.internal(path, problem.detail)];
  return [field.invalid(path, expression, problem.detail)];
}
