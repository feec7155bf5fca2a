import assert from 'node:assert/strict';
import { test } from 'node:test';
import { metricText } from '../../lib/metrics/metric-text.ts';
import { CallerMetrics } from './caller-metrics.ts';

test('callers make up names, but no labels', () => {
  const callers = new CallerMetrics();
  for (let index = 0; index < 100; index++) {
    callers.authenticated({ outcome: 'authenticated', user: { name: `user-${index}`, groups: [] } });
    callers.authenticated({ outcome: 'authenticated', user: { name: `user-${index}@x.y`, groups: [] } });
    callers.authorized({ decision: 'none', reason: `${index}` });
  }
  callers.authenticated({ outcome: 'failed', error: 'x' });
  const text = callers.metrics().map(metricText).join('');
  assert.match(text, /^authenticated_user_requests\{username="other"\} 100$/m);
  assert.match(text, /^authenticated_user_requests\{username="email_id"\} 100$/m);
  assert.match(text, /^authentication_attempts\{result="success"\} 200$/m);
  assert.match(text, /^authentication_attempts\{result="error"\} 1$/m);
  assert.match(text, /^authorization_attempts_total\{result="no-opinion"\} 100$/m);
  assert.equal(text.split('\n').length, 12);
});
