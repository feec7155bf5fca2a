import { testGolden } from './golden-cases.test-double.ts';
import { goDurationText, humanDuration, parseGoDuration, shortHumanDuration } from './duration.ts';
import { scaledIntOrPercent } from './int-or-string.ts';

const golden = new URL('testdata/durations.generated.json', import.meta.url);

testGolden(golden, 'human', ({ n = 0 }) => humanDuration(n));
testGolden(golden, 'shorthuman', ({ n = 0 }) => shortHumanDuration(n));
testGolden(golden, 'goduration', ({ text = '' }) => {
  const parsed = parseGoDuration(text);
  if (!parsed.ok) throw new Error(parsed.error);
  return goDurationText(parsed.nanoseconds);
});
testGolden(golden, 'percent', ({ text = '', n = 0, b }) => {
  const scaled = scaledIntOrPercent(text, n, b === 'up' ? 'up' : 'down');
  if (!scaled.ok) throw new Error(scaled.error);
  return String(scaled.value);
});
