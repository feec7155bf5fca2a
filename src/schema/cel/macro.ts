/**
 * Macros: calls that are rewritten while they are parsed. `has`, the loops with one and with two variables, and those of optional
 * values, bindings and sorting. Mirrors cel-go parser/macro.go, ext/comprehensions.go, ext/bindings.go, ext/lists.go and cel/library.go.
 */
import type { ExprBuilder } from './expr-builder.ts';
import type { Expr } from './expr.ts';
import { operators } from './operators.ts';

export interface MacroCall {
  readonly builder: ExprBuilder;
  /** Where the call is: what the macro makes is there, too. */
  readonly at: number;
  readonly target: Expr;
  readonly args: readonly Expr[];
}

export interface Macro {
  readonly name: string;
  readonly argCount: number;
  readonly receiver: boolean;
  /** Undefined: not the macro's call after all. @throws MacroError */
  readonly expand: (call: MacroCall) => Expr | undefined;
}

export class MacroError extends Error {
  override readonly name = 'MacroError';
  /** The part that is wrong. */
  readonly at: number;

  constructor(at: number, message: string) {
    super(message);
    this.at = at;
  }
}

/** Written where it can't be misread as a variable of the user. */
const accumulator = '@result';
/** What older versions called it: no variable may have the name. */
const oldAccumulator = '__result__';
const unused = '#unused';
const sortByInput = '@__sortBy_input__';

const hasMacro: Macro = {
  name: 'has',
  argCount: 1,
  receiver: false,
  expand: ({ builder, at, args }) => {
    const [arg] = args;
    if (arg?.kind !== 'select') throw new MacroError(placeOfArg(builder, arg), 'invalid argument to has() macro');
    return builder.select(at, arg.operand, arg.field, true);
  },
};

/** Of the language itself. */
export const standardMacros: readonly Macro[] = [
  hasMacro,
  receiver('all', 2, (call) => quantifier(call, 'all')),
  receiver('exists', 2, (call) => quantifier(call, 'exists')),
  receiver('exists_one', 2, (call) => quantifier(call, 'existsOne')),
  receiver('map', 2, (call) => mapMacro(call)),
  receiver('map', 3, (call) => mapMacro(call)),
  receiver('filter', 2, filterMacro),
];

export const twoVariableMacros: readonly Macro[] = [
  receiver('all', 3, (call) => quantifier(call, 'all')),
  receiver('exists', 3, (call) => quantifier(call, 'exists')),
  receiver('existsOne', 3, (call) => quantifier(call, 'existsOne')),
  receiver('exists_one', 3, (call) => quantifier(call, 'existsOne')),
  ...[3, 4].flatMap((argCount) => [
    receiver('transformList', argCount, (call) => transform(call, 'list')),
    receiver('transformMap', argCount, (call) => transform(call, 'map')),
    receiver('transformMapEntry', argCount, (call) => transform(call, 'entry')),
  ]),
];

export const optionalMacros: readonly Macro[] = [
  receiver('optMap', 2, (call) => optionalMacro(call, 'optMap')),
  receiver('optFlatMap', 2, (call) => optionalMacro(call, 'optFlatMap')),
];

export const sortByMacro: Macro = receiver('sortBy', 2, (call) => {
  const { builder, at, target } = call;
  if (target.kind === 'literal' || target.kind === 'map' || target.kind === 'struct') {
    throw new MacroError(
      builder.placeOf(target.id),
      'sortBy can only be applied to a list, identifier, comprehension, call or select expression',
    );
  }
  const keys = mapMacro({ ...call, target: builder.ident(at, sortByInput) });
  const sorted = builder.memberCall(at, '@sortByAssociatedKeys', builder.ident(at, sortByInput), keys);
  return binding(call, sortByInput, target, sorted);
});

/** `cel.bind(name, value, expression)`. Kubernetes doesn't enable it. */
export const bindMacro: Macro = receiver('bind', 3, (call) => {
  const [name, value, result] = call.args;
  if (call.target.kind !== 'ident' || call.target.name !== 'cel') return undefined;
  if (name?.kind !== 'ident') {
    throw new MacroError(placeOfArg(call.builder, name), 'cel.bind() variable names must be simple identifiers');
  }
  return value === undefined || result === undefined ? undefined : binding(call, name.name, value, result);
});

function receiver(name: string, argCount: number, expand: (call: MacroCall) => Expr | undefined): Macro {
  return { name, argCount, receiver: true, expand };
}

function placeOfArg(builder: ExprBuilder, arg: Expr | undefined): number {
  return builder.placeOf(arg?.id ?? 0);
}

/** One variable, or two where the call has an argument more than its macro's simple form. */
function variablesOf({ builder, args }: MacroCall, count: 1 | 2, wrong: string): readonly [string, string | undefined] {
  const names = args.slice(0, count).map((arg) => {
    if (arg.kind !== 'ident') throw new MacroError(builder.placeOf(arg.id), wrong);
    return arg.name;
  });
  const [first = '', second] = names;
  if (count === 2 && first === second) {
    throw new MacroError(placeOfArg(builder, args[1]), `duplicate variable name: ${first}`);
  }
  for (const [index, name] of names.entries()) {
    if (name !== accumulator && name !== oldAccumulator) continue;
    throw new MacroError(placeOfArg(builder, args[index]), 'iteration variable overwrites accumulator variable');
  }
  return [first, second];
}

function loop(
  { builder, at, target }: MacroCall,
  [iterVar, iterVar2]: readonly [string, string | undefined],
  parts: { readonly accuInit: Expr; readonly condition: Expr; readonly step: Expr; readonly result: Expr },
): Expr {
  return builder.comprehension(at, { range: target, iterVar, iterVar2, accuVar: accumulator, ...parts });
}

function quantifier(call: MacroCall, kind: 'all' | 'exists' | 'existsOne'): Expr {
  const { builder: make, at, args } = call;
  const variables = variablesOf(call, args.length === 3 ? 2 : 1, 'argument must be a simple name');
  const predicate = lastOf(args);
  const accu = (): Expr => make.ident(at, accumulator);
  if (kind === 'existsOne') {
    return loop(call, variables, {
      accuInit: make.literal(at, 0),
      condition: make.literal(at, true),
      step: make.call(
        at,
        operators.conditional,
        predicate,
        make.call(at, operators.add, accu(), make.literal(at, 1)),
        accu(),
      ),
      result: make.call(at, operators.equals, accu(), make.literal(at, 1)),
    });
  }
  const all = kind === 'all';
  const going = all ? accu() : make.call(at, operators.not, accu());
  return loop(call, variables, {
    accuInit: make.literal(at, all),
    condition: make.call(at, operators.notStrictlyFalse, going),
    step: make.call(at, all ? operators.and : operators.or, accu(), predicate),
    result: accu(),
  });
}

function mapMacro(call: MacroCall): Expr {
  const { builder: make, at, args } = call;
  const variables = variablesOf(call, 1, 'argument is not an identifier');
  const condition = args.length === 3 ? args[1] : undefined;
  return collect(call, variables, make.list(at, [lastOf(args)]), condition);
}

function filterMacro(call: MacroCall): Expr {
  const { builder: make, at, args } = call;
  const variables = variablesOf(call, 1, 'argument is not an identifier');
  const [variable, condition] = args;
  return collect(call, variables, make.list(at, variable === undefined ? [] : [variable]), condition);
}

/** A list of what each turn adds. */
function collect(
  call: MacroCall,
  variables: readonly [string, string | undefined],
  added: Expr,
  condition: Expr | undefined,
): Expr {
  const { builder: make, at } = call;
  const step = make.call(at, operators.add, make.ident(at, accumulator), added);
  return loop(call, variables, {
    accuInit: make.list(at, []),
    condition: make.literal(at, true),
    step: onlyIf(call, condition, step),
    result: make.ident(at, accumulator),
  });
}

function onlyIf({ builder: make, at }: MacroCall, condition: Expr | undefined, step: Expr): Expr {
  return condition === undefined
    ? step
    : make.call(at, operators.conditional, condition, step, make.ident(at, accumulator));
}

function transform(call: MacroCall, kind: 'list' | 'map' | 'entry'): Expr {
  const { builder: make, at, args } = call;
  const variables = variablesOf(call, 2, 'argument must be a simple name');
  const condition = args.length === 4 ? args[2] : undefined;
  const value = lastOf(args);
  if (kind === 'list') return collect(call, variables, make.list(at, [value]), condition);
  const inserted = kind === 'map' ? [make.ident(at, variables[0]), value] : [value];
  const step = make.call(at, 'cel.@mapInsert', make.ident(at, accumulator), ...inserted);
  return loop(call, variables, {
    accuInit: make.map(at, []),
    condition: make.literal(at, true),
    step: onlyIf(call, condition, step),
    result: make.ident(at, accumulator),
  });
}

function optionalMacro(call: MacroCall, name: 'optMap' | 'optFlatMap'): Expr {
  const { builder: make, at, target, args } = call;
  const [variable] = args;
  if (variable?.kind !== 'ident') {
    throw new MacroError(placeOfArg(make, variable), `${name}() variable name must be a simple identifier`);
  }
  const has = make.memberCall(at, 'hasValue', target);
  const bound = binding(call, variable.name, make.memberCall(at, 'value', make.copy(target)), lastOf(args));
  const some = name === 'optMap' ? make.call(at, 'optional.of', bound) : bound;
  return make.call(at, operators.conditional, has, some, make.call(at, 'optional.none'));
}

/** A loop over nothing: its accumulator is the variable. */
function binding({ builder: make, at }: MacroCall, name: string, value: Expr, result: Expr): Expr {
  return make.comprehension(at, {
    range: make.list(at, []),
    iterVar: unused,
    iterVar2: undefined,
    accuVar: name,
    accuInit: value,
    condition: make.literal(at, false),
    step: make.ident(at, name),
    result,
  });
}

function lastOf(args: readonly Expr[]): Expr {
  const last = args.at(-1);
  if (last === undefined) throw new Error('a macro has arguments');
  return last;
}
