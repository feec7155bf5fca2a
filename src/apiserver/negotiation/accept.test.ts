import assert from 'node:assert/strict';
import { test } from 'node:test';
import { negotiate, parseAccept, type Media } from './accept.ts';

const all: readonly Media[] = ['json', 'yaml', 'protobuf'];
const plain = (_media: Media, conversion: unknown): boolean => conversion === undefined;
const table = 'application/json;as=Table;v=v1;g=meta.k8s.io';

test('clauses are in order of quality; wildcards come after what is named', () => {
  const clauses = parseAccept('*/*;q=0.5, text/*, a/b;q=0.9 , application/json');
  assert.deepEqual(
    clauses.map(({ type, subtype }) => `${type}/${subtype}`),
    ['application/json', 'text/*', 'a/b', '*/*'],
  );
});

const cases: Record<string, [header: string | undefined, expected: Media | undefined]> = {
  'no header: the first': [undefined, 'json'],
  'an empty header: the first': ['', 'json'],
  'what is named': ['application/yaml', 'yaml'],
  'the first that is offered': ['text/html, application/vnd.kubernetes.protobuf, application/json', 'protobuf'],
  'quality counts': ['application/json;q=0.1, application/yaml', 'yaml'],
  'any of a type': ['application/*', 'json'],
  anything: ['text/html, */*', 'json'],
  'a lone star, as Java sends it': ['text/html, *', 'json'],
  'nothing that is offered': ['text/html', undefined],
  'a conversion that the endpoint does not know, and a form without': [`${table},application/json`, 'json'],
  'only a conversion that the endpoint does not know': [table, undefined],
  'a stream of YAML': ['application/yaml;stream=watch', undefined],
  'a stream of JSON': ['application/json;stream=watch', 'json'],
  'a stream of something else': ['application/json;stream=more', undefined],
  'parameters named like parts of objects': ['application/json;__proto__=x;constructor=y', 'json'],
};

for (const [name, [header, expected]] of Object.entries(cases)) {
  test(name, () => assert.equal(negotiate(header, all, plain)?.media, expected));
}

test('a conversion is read, and the endpoint asked about it', () => {
  const accepted = negotiate(table, all, (media, conversion) => media === 'json' && conversion?.kind === 'Table');
  assert.deepEqual(accepted?.conversion, { kind: 'Table', group: 'meta.k8s.io', version: 'v1' });
});

test('a hostile header takes no time', () => {
  assert.equal(negotiate('x/y,'.repeat(20_000), all, plain), undefined);
});
