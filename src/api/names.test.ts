import assert from 'node:assert/strict';
import { test } from 'node:test';
import { testGolden } from './golden-cases.test-double.ts';
import { goJson } from './go-text.ts';
import * as names from './names.ts';

const rules: Readonly<Record<string, (text: string) => string[]>> = {
  dns1123Subdomain: names.dns1123Subdomain,
  dns1123Label: names.dns1123Label,
  dns1035Label: names.dns1035Label,
  qualifiedName: names.qualifiedName,
  labelValueRule: names.labelValueRule,
  configMapKeyRule: names.configMapKeyRule,
  envVarName: names.envVarName,
  relaxedEnvVarName: names.relaxedEnvVarName,
  portName: names.portName,
  wildcardDns1123Subdomain: names.wildcardDns1123Subdomain,
  cIdentifierRule: names.cIdentifierRule,
  percentRule: names.percentRule,
  httpHeaderName: names.httpHeaderName,
};

testGolden(new URL('testdata/names.generated.json', import.meta.url), 'rule', ({ kind = '', text = '' }) => {
  const messages = rules[kind]?.(text) ?? ['no such rule'];
  return goJson(messages.length === 0 ? null : messages);
});

test('a generateName may end in a dash, a name may not', () => {
  assert.deepEqual(names.subdomainNameRule('web-', true), []);
  assert.equal(names.subdomainNameRule('web-', false).length, 1);
  assert.deepEqual(names.labelNameRule('web-', true), []);
  assert.deepEqual(names.dns1035NameRule('web-', true), []);
  assert.equal(names.labelNameRule('-', true).length, 1);
});

test('path segments', () => {
  assert.deepEqual(names.pathSegmentNameRule('system:node', false), []);
  assert.deepEqual(names.pathSegmentNameRule('..', false), ["may not be '..'"]);
  assert.deepEqual(names.pathSegmentNameRule('..', true), []);
  assert.deepEqual(names.pathSegmentNameRule('a/b%', false), ["may not contain '/'", "may not contain '%'"]);
});

test('a generated name is cut to leave room for its suffix', () => {
  assert.equal(names.generatedName('web-', 'abcde'), 'web-abcde');
  assert.equal(names.generatedName('x'.repeat(80), 'abcde'), `${'x'.repeat(58)}abcde`);
});

test('ports', () => {
  assert.deepEqual(names.portNumber(0), ['must be between 1 and 65535, inclusive']);
  assert.deepEqual(names.portNumber(65535), []);
});
