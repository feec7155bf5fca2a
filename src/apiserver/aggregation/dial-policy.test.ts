import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mayDial } from './dial-policy.ts';

const allowed = ['10.0.0.1', '192.168.1.1', '100.64.0.1', '8.8.8.8', 'fd00::1', '2001:db8::1', '::ffff:10.0.0.1'];
const refused = [
  '127.0.0.1',
  '127.1.2.3',
  '0.0.0.0',
  '169.254.169.254',
  '224.0.0.1',
  '255.255.255.255',
  '::1',
  '::',
  'fe80::1',
  'ff02::1',
  '::ffff:127.0.0.1',
  '::ffff:169.254.169.254',
  'localhost',
  '127.1',
  '',
];
test('what lies outside of this machine may be dialled', () => {
  assert.deepEqual(
    allowed.filter((address) => !mayDial(address)),
    [],
  );
});
test('this machine, its links, everybody, and what is no address may not', () => {
  assert.deepEqual(refused.filter(mayDial), []);
});
