/** `jsonpatch.escapeKey('a/b')`. Mirrors apiserver pkg/cel/library/jsonpatch.go. */
import { stringType } from '../cel-type.ts';
import { global, type Library } from '../declaration.ts';
import { noSuchOverload } from '../value.ts';

export const jsonPatchLibrary = (): Library => ({
  functions: [
    {
      name: 'jsonpatch.escapeKey',
      overloads: [
        global('string_jsonpatch_escapeKey_string', [stringType], stringType, (key = null) =>
          typeof key === 'string'
            ? key.replaceAll(/[/~]/g, (character) => (character === '/' ? '~1' : '~0'))
            : noSuchOverload,
        ),
      ],
    },
  ],
});
