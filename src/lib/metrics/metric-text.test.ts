import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Histogram } from './histogram.ts';
import { metricText } from './metric-text.ts';

test('a metric: what it is, and its samples; what would end a text is escaped', () => {
  const samples = [{ value: 1 }, { labels: { a: 'b"\\\n', c: '' }, value: 0.5 }];
  assert.equal(
    metricText({ name: 'x', help: 'one\ntwo\\', type: 'gauge', samples }),
    '# HELP x one\\ntwo\\\\\n# TYPE x gauge\nx 1\nx{a="b\\"\\\\\\n",c=""} 0.5\n',
  );
});

test('a histogram cumulates, and counts what is above all bounds', () => {
  const histogram = new Histogram([0.5, 1]);
  for (const value of [0.25, 0.5, 0.75, 8]) histogram.observe(value);
  assert.equal(
    metricText({ name: 'x', help: 'h', type: 'histogram', samples: histogram.samples({ a: 'b' }) }),
    [
      '# HELP x h',
      '# TYPE x histogram',
      'x_bucket{a="b",le="0.5"} 2',
      'x_bucket{a="b",le="1"} 3',
      'x_bucket{a="b",le="+Inf"} 4',
      'x_sum{a="b"} 9.5',
      'x_count{a="b"} 4',
      '',
    ].join('\n'),
  );
});
