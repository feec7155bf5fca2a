/** `find` and `findAll`. Mirrors apiserver pkg/cel/library/regex.go. */
import { intType, listType, stringType } from '../cel-type.ts';
import { member, type Library } from '../declaration.ts';
import { findAll as findIn, keptPattern } from '../regular-expression.ts';
import { ArrayList, CelError, isInt, noSuchOverload, type Value } from '../value.ts';

const strings = listType(stringType);

export const regexLibrary = (): Library => ({
  functions: [
    { name: 'find', overloads: [member('string_find_string', [stringType, stringType], stringType, find)] },
    {
      name: 'findAll',
      overloads: [
        member('string_find_all_string', [stringType, stringType], strings, (text, pattern) =>
          findAll(text, pattern, -1),
        ),
        member('string_find_all_string_int', [stringType, stringType, intType], strings, findAll),
      ],
    },
  ],
});

function find(text: Value = null, pattern: Value = null): Value {
  const found = allMatches(text, pattern, 1);
  return found instanceof CelError ? found : (found[0] ?? '');
}

function findAll(text: Value = null, pattern: Value = null, count: Value = null): Value {
  if (!isInt(count)) return noSuchOverload;
  const found = allMatches(text, pattern, count < 0 ? Number.MAX_SAFE_INTEGER : Number(count));
  return found instanceof CelError ? found : new ArrayList(found);
}

function allMatches(text: Value, pattern: Value, limit: number): string[] | CelError {
  if (typeof text !== 'string' || typeof pattern !== 'string') return noSuchOverload;
  const compiled = keptPattern(pattern);
  return compiled instanceof CelError
    ? new CelError(`Illegal regex: ${compiled.message}`)
    : findIn(compiled, text, limit);
}
