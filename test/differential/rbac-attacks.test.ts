/** The attacks of test/attack/rbac, against us and a real kube-apiserver: the same codes and the same words. And what rights every cluster begins with. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { isDeepStrictEqual } from 'node:util';
import { withOwnTexts } from '../attack/attack.ts';
import type { Answer, Loose } from '../attack/cluster.ts';
import { rbacAttacks } from '../attack/rbac/families.ts';
import { upstreamUnavailable } from '../host/upstream.ts';
import { bootstrapObjects, rbacResources } from './rbac/bootstrap-objects.ts';
import { invalidObjects } from './rbac/invalid-objects.ts';
import { reviews } from './rbac/reviews.ts';
import { startOurSide } from './rbac/our-side.ts';
import { startUpstreamSide, until, type Side } from './rbac/upstream-cluster.ts';

/** A difference that is still there after this is one. */
const cacheDelayMs = 2_000;

describe('rights of Sublet and of upstream', { skip: upstreamUnavailable() ?? false }, () => {
  let upstream: Side;
  let sublet: Side;
  before(async () => {
    [upstream, sublet] = await Promise.all([startUpstreamSide(), startOurSide()]);
  });
  after(() => Promise.all([upstream?.close(), sublet?.close()]));

  for (const plural of rbacResources) {
    test(`a new cluster has the same ${plural}`, async () => {
      assert.deepEqual(await bootstrapObjects(sublet, plural), await bootstrapObjects(upstream, plural));
    });
  }

  describe('what is wrong in itself', () => {
    for (const [name, path, body] of invalidObjects) {
      test(name, async () => {
        const [ours, theirs] = await Promise.all(
          [sublet, upstream].map((side) => side.call('root', 'POST', path, body)),
        );
        assert.ok(ours && theirs);
        assert.deepEqual(told(ours), told(theirs));
      });
    }
  });

  describe('reviews', () => {
    for (const [name, path, body] of reviews) {
      test(name, async () => {
        const [ours, theirs] = await Promise.all(
          [sublet, upstream].map((side) => side.call('root', 'POST', path, body)),
        );
        assert.ok(ours && theirs);
        assert.deepEqual(reviewed(ours), reviewed(theirs));
      });
    }
  });

  for (const [at, { name, attacks }] of rbacAttacks.entries()) {
    describe(name, () => {
      for (const [index, attack] of attacks.entries()) {
        test(attack.name, async () => {
          const own = `a${at}-${index}`;
          for (const side of [sublet, upstream])
            await side.call('root', 'POST', '/api/v1/namespaces', { metadata: { name: own } });
          for (const { as, method, path, body, type, expect } of withOwnTexts(attack.tries, own)) {
            const ask = (side: Side): Promise<Answer> =>
              side.call(as, method, path, body, type === undefined ? undefined : `application/${type}`);
            const ours = await ask(sublet);
            let theirs = await ask(upstream);
            // Its caches learn a moment later what was given, or taken.
            const same = (): boolean => isDeepStrictEqual(told(ours), told(theirs));
            const again = async (): Promise<boolean> => {
              theirs = await ask(upstream);
              return same();
            };
            if (!same()) await until(again, cacheDelayMs).catch(() => undefined);
            assert.deepEqual(told(ours), told(theirs), `${method} ${path}`);
            assert.equal(theirs.code, expect, `${method} ${path}: ${theirs.message.slice(0, 500)}`);
          }
        });
      }
    });
  }
});

function reviewed({ code, body, message }: Answer): Loose {
  if (code >= 300) return { code, message };
  const {
    metadata: { managedFields: _managed, ...metadata },
    status,
    ...rest
  } = body;
  // Whose rules come first is chance.
  const sorted = (rules: Loose[] | undefined): string[] | undefined =>
    rules?.map((one) => JSON.stringify(one)).toSorted();
  const { resourceRules, nonResourceRules, ...kept } = status;
  return {
    code,
    metadata,
    ...rest,
    status: { ...kept, resourceRules: sorted(resourceRules), nonResourceRules: sorted(nonResourceRules) },
  };
}

function told({ code, body, message }: Answer): Loose {
  if (code < 300) return { code };
  return {
    code,
    message: message.replaceAll(/uid: [-0-9a-f]+/gi, 'uid: …'),
    reason: body.reason,
    details: body.details,
  };
}
