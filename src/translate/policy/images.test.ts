/** Where images may come from, and all ways of saying that they come from elsewhere. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { JsonObject } from '../../api/json.ts';
import type { PodSpec } from '../pods/pod-view.ts';
import { repositoryOf } from './images.ts';
import { judgePod, violationsText } from './judge.ts';
import type { IsolationPolicy } from './policy.ts';

const fromHub: IsolationPolicy = { registries: ['docker.io/library', 'ghcr.io/acme', 'registry.example:5000'] };
const container = (more: JsonObject = {}): JsonObject => ({ name: 'web', image: 'nginx', ...more });
const of = (more: JsonObject): JsonObject => ({ containers: [container(more)] });

/** Why a pod is refused; empty: it isn't. */
function refusal(spec: JsonObject): string {
  // A door: tests write what an API server would have checked, and what it wouldn't.
  const pod = { containers: [container()], ...spec } as unknown as PodSpec;
  const verdict = judgePod(fromHub, { annotations: {}, labels: {}, spec: pod, asked: pod });
  return verdict.type === 'allowed' ? '' : violationsText(verdict.violations);
}

const refused: readonly (readonly [title: string, spec: JsonObject, words: RegExp])[] = [
  [
    'an image from elsewhere',
    of({ image: 'quay.io/x/y' }),
    /containers\[web\].image: "quay.io\/x\/y" is from quay.io\/x\/y; images may be from docker.io\/library, ghcr.io\/acme and registry.example:5000/,
  ],
  ['an image from elsewhere on Docker Hub', of({ image: 'evil/nginx' }), /from docker.io\/evil\/nginx/],
  [
    'a registry whose path looks like another',
    of({ image: 'evil.com/docker.io/library/nginx' }),
    /from evil.com\/docker.io/,
  ],
  ['a registry whose name begins like another', of({ image: 'ghcr.io.evil.com/acme/x' }), /from ghcr.io.evil.com/],
  ['a path that begins like another', of({ image: 'ghcr.io/acme-evil/x' }), /from ghcr.io\/acme-evil/],
  ['another port of a registry', of({ image: 'registry.example/x' }), /from registry.example\/x/],
  ['a registry in other letters', of({ image: 'GHCR.IO/acme/x' }), /from GHCR.IO/],
  ['a user before the registry', of({ image: 'ghcr.io@evil.com/acme/x' }), /is not the reference of an image/],
  ['a scheme before the registry', of({ image: 'https://ghcr.io/acme/x' }), /is not the reference/],
  ['a path that goes up', of({ image: 'ghcr.io/acme/../evil/x' }), /is not the reference/],
  ['no image at all', of({ image: '' }), /is not the reference/],
  [
    'an image as a volume',
    { volumes: [{ name: 'a', image: { reference: 'evil.com/x' } }] },
    /volumes\[a\].image.reference/,
  ],
  [
    'an image of an ephemeral container',
    { ephemeralContainers: [container({ image: 'evil.com/x' })] },
    /ephemeralContainers\[web\].image/,
  ],
  [
    'an image of an init container',
    { initContainers: [container({ image: 'evil.com/x' })] },
    /initContainers\[web\].image/,
  ],
];

for (const [title, spec, words] of refused) test(`refused: ${title}`, () => assert.match(refusal(spec), words));

test('allowed: images by short and full names', () => {
  assert.equal(
    refusal({
      containers: [
        'nginx',
        'nginx:1.27',
        'docker.io/nginx',
        'index.docker.io/library/nginx',
        `ghcr.io/acme/a/b@sha256:${'0'.repeat(64)}`,
        'registry.example:5000/x:y',
      ].map((image) => container({ image })),
    }),
    '',
  );
});

test('references are read as container runtimes read them', () => {
  const digest = `sha256:${'a'.repeat(64)}`;
  assert.deepEqual(
    [
      'a',
      'a/b',
      'localhost/a',
      'localhost:5000/a',
      'A/b',
      `x.y/a:t@${digest}`,
      'a:b:c',
      'a@b',
      'a//b',
      '/a',
      'a/',
      ' a',
      'a b',
      'x.y',
      '[::1]:5000/a',
      'a'.repeat(2000),
    ].map(repositoryOf),
    [
      'docker.io/library/a',
      'docker.io/a/b',
      'localhost/a',
      'localhost:5000/a',
      'A/b',
      'x.y/a',
      undefined,
      undefined,
      undefined,
      undefined,
      undefined,
      undefined,
      undefined,
      'docker.io/library/x.y',
      '[::1]:5000/a',
      undefined,
    ],
  );
});
