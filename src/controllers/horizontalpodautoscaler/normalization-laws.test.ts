import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import { normalized, type NormalizationInput } from './normalization.ts';

const now = 10 * 3_600_000;
const scaleTargetRef = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' };

suite('laws of normalization', () => {
  const policy = fc.record({
    type: fc.constantFrom('Pods', 'Percent'),
    value: fc.integer({ min: 1, max: 500 }),
    periodSeconds: fc.integer({ min: 1, max: 1800 }),
  });
  const someRules = fc.record({
    stabilizationWindowSeconds: fc.nat({ max: 3600 }),
    selectPolicy: fc.constantFrom('Max', 'Min', 'Disabled'),
    policies: fc.array(policy, { maxLength: 3 }),
  });
  const at = fc.nat({ max: 4_000_000 }).map((ms) => now - ms);
  const events = fc.array(fc.record({ change: fc.nat({ max: 50 }), at }), { maxLength: 8 });
  const input: fc.Arbitrary<NormalizationInput> = fc
    .record({
      replicas: fc.tuple(fc.nat({ max: 60 }), fc.nat({ max: 60 }), fc.nat({ max: 60 })),
      desiredReplicas: fc.nat({ max: 200 }),
      behavior: fc.option(fc.record({ scaleUp: someRules, scaleDown: someRules }), { nil: undefined }),
      recommendations: fc.array(fc.record({ replicas: fc.nat({ max: 200 }), at }), { maxLength: 8 }),
      ups: events,
      downs: events,
    })
    .map(({ replicas, desiredReplicas, behavior, recommendations, ups, downs }) => {
      const [minReplicas = 0, currentReplicas = 0, maxReplicas = 0] = replicas.toSorted((left, right) => left - right);
      const spec = { scaleTargetRef, minReplicas, maxReplicas, ...(behavior ? { behavior } : {}) };
      const history = { recommendations, ups, downs };
      return { spec, currentReplicas, desiredReplicas, minReplicas, history, now };
    });

  test('never beyond the limits', () => {
    const property = fc.property(input, (one) => {
      const { replicas } = normalized(one);
      assert.ok(one.minReplicas <= replicas && replicas <= one.spec.maxReplicas, String(replicas));
    });
    fc.assert(property, { numRuns: 2000 });
  });

  test('never farther than what was asked for in the window, or the other way', () => {
    const property = fc.property(input, (one) => {
      const { replicas } = normalized(one);
      const asked = [one.desiredReplicas, ...one.history.recommendations.map((past) => past.replicas)];
      assert.ok(replicas <= Math.max(one.currentReplicas, ...asked));
      assert.ok(replicas >= Math.min(one.currentReplicas, ...asked));
    });
    fc.assert(property, { numRuns: 2000 });
  });

  test('whoever asks for more gets no less', () => {
    const property = fc.property(input, fc.nat({ max: 50 }), (one, more) => {
      const high = normalized({ ...one, desiredReplicas: one.desiredReplicas + more });
      assert.ok(normalized(one).replicas <= high.replicas);
    });
    fc.assert(property, { numRuns: 2000 });
  });

  test('what is remembered grows by one at most, and is forgotten', () => {
    const property = fc.property(input, (one) => {
      let { history } = one;
      for (let looks = 0; looks < 300; looks++) {
        history = normalized({ ...one, history, now: now + looks * 15_000 }).history;
      }
      assert.ok(history.recommendations.length <= 8 + 3600 / 15 + 2, String(history.recommendations.length));
    });
    fc.assert(property, { numRuns: 20 });
  });
});
