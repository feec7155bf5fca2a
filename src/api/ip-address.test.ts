import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fieldErrorText } from './field-error.ts';
import { goJson } from './go-text.ts';
import { testGolden } from './golden-cases.test-double.ts';
import {
  cidrContains,
  cidrText,
  ipText,
  parseCidr,
  parseIp,
  validateCidr,
  validateIp,
  validateSloppyCidr,
  validateSloppyIp,
} from './ip-address.ts';

const rules: Readonly<Record<string, typeof validateIp>> = {
  ip: validateIp,
  ipsloppy: validateSloppyIp,
  cidr: validateCidr,
  cidrsloppy: validateSloppyCidr,
};

testGolden(new URL('testdata/ip-addresses.generated.json', import.meta.url), 'rule', ({ kind = '', text = '' }) => {
  const errors = rules[kind]?.('ip', text) ?? [];
  return goJson(errors.length === 0 ? null : errors.map(fieldErrorText));
});

for (const [text, canonical] of [
  ['010.1.2.3', '10.1.2.3'],
  ['2001:DB8:0:0:1:0:0:0', '2001:db8:0:0:1::'],
  ['::ffff:10.0.0.1', '10.0.0.1'],
  ['::', '::'],
] as const) {
  test(`${text} is ${canonical}`, () => {
    const address = parseIp(text);
    assert.ok(address);
    assert.equal(ipText(address), canonical);
  });
}

test('a CIDR in canonical form has no host bits', () => {
  const prefix = parseCidr('10.1.2.3/8');
  assert.ok(prefix);
  assert.equal(cidrText(prefix), '10.0.0.0/8');
});

for (const [prefix, address, expected] of [
  ['10.0.0.0/8', '10.1.2.3', true],
  ['10.0.0.0/8', '11.1.2.3', false],
  ['fd00::/64', 'fd00::5', true],
  ['fd00::/64', '10.0.0.1', false],
  ['0.0.0.0/0', '1.2.3.4', true],
] as const) {
  test(`${address} is ${expected ? '' : 'not '}in ${prefix}`, () => {
    const [cidr, ip] = [parseCidr(prefix), parseIp(address)];
    assert.ok(cidr && ip);
    assert.equal(cidrContains(cidr, ip), expected);
  });
}
