import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { test } from 'node:test';
import fc from 'fast-check';
import { childrenOf, DerError, objectIdentifierText, readDer, textOf } from './der-reader.ts';
import { subjectOf } from './distinguished-name.ts';
import { createCertificateAuthority } from '../../tenancy/certificate-authority.ts';

const hex = (text: string): Buffer => Buffer.from(text.replaceAll(' ', ''), 'hex');

test('object identifiers', () => {
  for (const [bytes, text] of Object.entries({
    '06 03 55 04 03': '2.5.4.3',
    '06 01 2a': '1.2',
    '06 0a 2b 06 01 04 01 83 c2 53 02 00': '1.3.6.1.4.1.57683.2.0',
    '06 02 88 37': '2.999',
  })) {
    const whole = hex(bytes);
    whole[1] = whole.length - 2;
    assert.equal(objectIdentifierText(readDer(whole)), text);
  }
});

test('texts', () => {
  assert.equal(textOf(readDer(hex('0c 03 e2 82 ac'))), '€');
  assert.equal(textOf(readDer(hex('13 01 41'))), 'A');
  assert.equal(textOf(readDer(hex('1e 02 20 ac'))), '€');
  assert.equal(textOf(readDer(hex('02 01 41'))), undefined);
});

const malformed: Readonly<Record<string, string>> = {
  nothing: '',
  'no length': '30',
  'less than its length': '30 05 00',
  'trailing data': '05 00 00',
  'an indefinite length': '30 80 00 00',
  'a length of five bytes': '30 85 00 00 00 00 01 00',
  'a length in too many bytes': '04 81 01 00',
  'a tag of several bytes': '1f 81 01 00',
};

for (const [name, bytes] of Object.entries(malformed)) {
  test(`malformed: ${name}`, () => {
    assert.throws(() => readDer(hex(bytes)), DerError);
  });
}

test('invalid UTF-8 is no text', () => {
  assert.throws(() => textOf(readDer(hex('0c 01 ff'))), DerError);
});

test('any bytes are read or refused, never worse', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
      try {
        const value = readDer(bytes);
        assert.equal(value.whole.length, bytes.length);
        for (const child of childrenOf(value)) textOf(child);
      } catch (error) {
        assert.ok(error instanceof DerError);
      }
    }),
  );
});

test('a damaged certificate is refused as DER, or read as some name', async () => {
  const clock = { now: () => 1_800_000_000_000, monotonic: () => 0, after: () => ({ cancel: () => undefined }) };
  const { certificate } = await createCertificateAuthority(clock, 'ca', 1);
  const good = new X509Certificate(certificate).raw;
  assert.equal(subjectOf(good).commonName, 'ca');
  fc.assert(
    fc.property(fc.nat(good.length - 1), fc.nat(255), (index, byte) => {
      const damaged = Buffer.from(good);
      damaged[index] = byte;
      try {
        subjectOf(damaged);
      } catch (error) {
        assert.ok(error instanceof DerError);
      }
    }),
  );
});
