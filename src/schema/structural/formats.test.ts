import assert from 'node:assert/strict';
import { test } from 'node:test';
import { matchesFormat } from './formats.ts';

const cases: Readonly<Record<string, { readonly good: readonly string[]; readonly bad: readonly string[] }>> = {
  bsonobjectid: { good: ['507f1f77bcf86cd799439011'], bad: ['507f', ''] },
  uri: {
    good: [
      'http://foo.bar/#com',
      'http://foobar.中文网/',
      'xyz://foobar.com',
      'mailto:a@b.c',
      '/abs/dir',
      'http://[::1]:80/',
      'urn:x',
    ],
    bad: ['', 'foobar.com', './rel', 'http://a b/', 'http://a:b/', '/%zz', ':x'],
  },
  email: {
    good: ['a@b.c', 'A <a@b.c>', '"x y"@b.c', 'a@localhost'],
    bad: ['', 'a', 'a@', '@b', 'a b@c', 'a@b <c@d', 'a..b@c'],
  },
  hostname: { good: ['example.com', 'a', '1.example.com'], bad: ['', '-a.com', 'a_b.com', 'a.1'] },
  ipv4: { good: ['1.2.3.4', '01.2.3.4'], bad: ['1.2.3', '::1', ''] },
  ipv6: { good: ['::1', '::ffff:1.2.3.4'], bad: ['1.2.3.4', ':::1'] },
  cidr: { good: ['10.0.0.0/8', '::/0'], bad: ['10.0.0.0', '10.0.0.0/33'] },
  mac: {
    good: ['00:00:5e:00:53:01', '00-00-5e-00-53-01', '0000.5e00.5301'],
    bad: ['00:00:5e:00:53', '00:00-5e:00:53:01'],
  },
  uuid4: { good: ['f47ac10b-58cc-4372-a567-0e02b2c3d479'], bad: ['f47ac10b-58cc-3372-a567-0e02b2c3d479'] },
  isbn: { good: ['3836221195', '1-61729-085-8', '978-4-87311-368-5'], bad: ['3836221190', ''] },
  creditcard: { good: ['4220 8554 2622 2389'], bad: ['4220855426213389', ''] },
  hexcolor: { good: ['#fff', 'ABCDEF'], bad: ['#ff'] },
  rgbcolor: { good: ['rgb(0,31,255)', 'rgb( 1, 2, 3 )'], bad: ['rgb(0,31,256)', 'rgba(1,2,3)'] },
  byte: { good: ['YQ==', 'YWJj'], bad: ['YQ', '', 'a b='] },
  date: { good: ['2024-02-29', '2000-02-29'], bad: ['2023-02-29', '1900-02-29', '2024-13-01', '2024-1-1'] },
  'date-time': {
    good: ['2014-12-15T19:30:20.000Z', '2014-12-15t19:30:20+01:00'],
    bad: ['2014-12-15', '2014-12-15T24:00:00Z', '2014-12-15T19:30:20'],
  },
  duration: { good: ['1h30m', '22 ns', '3 days', '0'], bad: ['', 'x', '5 parsecs'] },
  'k8s-short-name': { good: ['a', 'a-b'], bad: ['A', 'a.b', '-a'] },
  'k8s-long-name': { good: ['a.b-c'], bad: ['a..b', 'A.b'] },
  unknown: { good: ['anything'], bad: [] },
};

for (const [format, { good, bad }] of Object.entries(cases)) {
  test(format, () => {
    for (const text of good) assert.ok(matchesFormat(format, text), text);
    for (const text of bad) assert.ok(!matchesFormat(format, text), text);
  });
}
