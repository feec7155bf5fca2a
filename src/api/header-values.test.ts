import assert from 'node:assert/strict';
import { test } from 'node:test';
import { headerValue, headerValues, prefixedHeaders } from './header-values.ts';

/** As Node reads them: joined by commas, and raw. */
function received(...raw: string[]) {
  const headers: Record<string, string> = {};
  for (let index = 0; index < raw.length; index += 2) {
    const name = (raw[index] ?? '').toLowerCase();
    const value = raw[index + 1] ?? '';
    headers[name] = name in headers ? `${headers[name]}, ${value}` : value;
  }
  return { headers, rawHeaders: raw };
}

test('a value with a comma stays one value', () => {
  assert.deepEqual(headerValues(received('X-Remote-Group', 'a, system:masters'), 'x-remote-group'), [
    'a, system:masters',
  ]);
});

test('a header that comes twice has two values, whatever the case of its name', () => {
  assert.deepEqual(headerValues(received('X-Remote-Group', 'a', 'x-remote-group', 'b'), 'x-remote-group'), ['a', 'b']);
});

test('without raw headers there is one value', () => {
  assert.deepEqual(headerValues({ headers: { a: 'b, c' } }, 'a'), ['b, c']);
});

test('what did not come has no values', () => {
  assert.deepEqual(headerValues(received('x-remote-user-a', 'b', 'x_remote_user', 'c'), 'x-remote-user'), []);
  assert.equal(headerValue({ headers: {} }, 'constructor'), '');
});

test('bytes are UTF-8', () => {
  const latin1 = Buffer.from('José').toString('latin1');
  assert.equal(headerValue(received('Impersonate-User', latin1), 'impersonate-user'), 'José');
});

const keys: Readonly<Record<string, string>> = {
  scopes: 'scopes',
  'acme.com%2Fproject': 'acme.com/project',
  'acme.com%2fproject': 'acme.com/project',
  '%E2%82%AC': '€',
  '100%': '100%',
  '%zz': '%zz',
  '': '',
  ['__proto__']: '__proto__',
};

test('keys of extra information are percent-decoded where they can be, and lower case', () => {
  for (const [encoded, key] of Object.entries(keys)) {
    const extra = prefixedHeaders(received(`X-Remote-Extra-${encoded}`, 'v'), 'x-remote-extra-');
    assert.deepEqual(Object.entries(extra), [[key, ['v']]]);
  }
});

test('spellings of one key are one key', () => {
  const request = received('x-remote-extra-acme.com%2fa', '1', 'x-remote-extra-ACME.com/a', '2');
  assert.deepEqual(prefixedHeaders(request, 'x-remote-extra-'), { 'acme.com/a': ['1', '2'] });
});
