import assert from 'node:assert/strict';
import { test } from 'node:test';
import { lineText, linesOf, wantedLines, type LogOptions } from './container-log.ts';

const start = Date.UTC(2026, 10, 21, 12);
const printed = [
  { at: start, stream: 'stdout', text: 'a\nb' },
  { at: start, stream: 'stdout', text: 'c\n' },
  { at: start + 1000, stream: 'stderr', text: 'oops\n' },
  { at: start + 2000, stream: 'stdout', text: 'd\n' },
  { at: start + 9000, stream: 'stdout', text: 'later\n' },
] as const;
const lines = linesOf(printed);

test('lines are what ends in a line feed, of one stream and time', () => {
  assert.deepEqual(
    lines.map(({ text, stream }) => [text, stream]),
    [
      ['a\n', 'stdout'],
      ['bc\n', 'stdout'],
      ['oops\n', 'stderr'],
      ['d\n', 'stdout'],
      ['later\n', 'stdout'],
    ],
  );
});

const now = start + 5000;
const cases: Record<string, [options: LogOptions, texts: string]> = {
  everything: [{}, 'a bc oops d later'],
  'since a time': [{ sinceTime: new Date(start + 1000).toISOString() }, 'oops d later'],
  'since seconds': [{ sinceSeconds: 3 }, 'd later'],
  'the last that are printed by now': [{ tailLines: 1 }, 'd later'],
  'none of them': [{ tailLines: 0 }, 'later'],
  'more than there are': [{ tailLines: 100 }, 'a bc oops d later'],
};
for (const [name, [options, texts]] of Object.entries(cases)) {
  test(`wanted: ${name}`, () => {
    const found = wantedLines(lines, options, now).map(({ text }) => text.trim());
    assert.equal(found.join(' '), texts);
  });
}

test('times are in front, with nine digits', () => {
  const [first] = lines;
  assert.ok(first);
  assert.equal(lineText(first, { timestamps: true }), '2026-11-21T12:00:00.000000000Z a\n');
  assert.equal(lineText(first, {}), 'a\n');
});
