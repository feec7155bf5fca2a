import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { isProxyPath } from './object-proxy.ts';
import { cleanedPath, splitSchemeNamePort } from './proxy-target.ts';

const ids: Record<string, ReturnType<typeof splitSchemeNamePort>> = {
  web: { scheme: '', name: 'web', port: '' },
  'web:80': { scheme: '', name: 'web', port: '80' },
  'web:http': { scheme: '', name: 'web', port: 'http' },
  'https:web:': { scheme: 'https', name: 'web', port: '' },
  'http:web:80': { scheme: 'http', name: 'web', port: '80' },
  ':web:80': { scheme: '', name: 'web', port: '80' },
  'ftp:web:80': undefined,
  'HTTPS:web:80': undefined,
  'https::80': undefined,
  ':80': undefined,
  '': undefined,
  'a:b:c:d': undefined,
};
for (const [id, found] of Object.entries(ids)) {
  test(`what is proxied to: ${JSON.stringify(id)}`, () => assert.deepEqual(splitSchemeNamePort(id), found));
}

/** Decoded. */
const paths: Record<string, string> = {
  '': '',
  '/': '/',
  '/a/b': '/a/b',
  '/a/b/': '/a/b/',
  '/a//b': '/a/b',
  '/./a': '/a',
  '/../../../../secrets': '/secrets',
  '/a/../..': '/',
  '/a/../../': '/',
  '/%2e%2e/a': '/%252e%252e/a',
  '/a b?c#d': '/a%20b%3Fc%23d',
  '/ä': '/%C3%A4',
  '/a\\..\\b': '/a%5C..%5Cb',
  '/a\r\nHost: b': '/a%0D%0AHost:%20b',
  '/..;/a': '/..%3B/a',
};
for (const [path, found] of Object.entries(paths)) {
  test(`the path behind a proxy: ${JSON.stringify(path)}`, () => {
    assert.equal(cleanedPath(path), found);
  });
}

test('whatever is asked for, no part of the path leads upwards, and none ends it', () => {
  fc.assert(
    fc.property(fc.array(fc.oneof(fc.constantFrom('..', '.', '', '...'), fc.string({ unit: 'binary' }))), (parts) => {
      const found = cleanedPath(`/${parts.join('/')}`);
      assert.match(found, /^\/[\x21-\x7e]*$/);
      assert.doesNotMatch(found, /[?#\\]/);
      for (const part of decodeURIComponent(found).split('/')) assert.ok(part !== '..' && part !== '.');
    }),
  );
});

const bodies: Record<string, boolean> = {
  '/api/v1/namespaces/a/pods/b/proxy': true,
  '/api/v1/namespaces/a/services/https:b:443/proxy/c': true,
  '/api/v1/namespaces/a/services/https%3Ab%3A443/proxy/c': true,
  '/api/v1/namespaces/a/pods/b/proxyx': false,
  '/api/v1/namespaces/a/pods/proxy': false,
  '/api/v1/namespaces/a/pods/b%2Fstatus/proxy': false,
  '/api/v1/namespaces/a%2Fpods%2Fx/pods/b/proxy': false,
  '/api/v1/namespaces/a/secrets/b/proxy': false,
  '/apis/x/v1/namespaces/a/pods/b/proxy': false,
  '//api/v1/namespaces/a/pods/b/proxy': false,
};
for (const [path, found] of Object.entries(bodies)) {
  test(`${path}: its body ${found ? 'goes on' : 'is read whole'}`, () => assert.equal(isProxyPath(path), found));
}
