/** Longer texts are of no form: the time is that of the product of both lengths. */
const lengthMax = 256;

/** Whether the text is of the pattern's form: `*` any characters, `?` one. */
export function matchesGlob(pattern: string, text: string): boolean {
  if (pattern.length > lengthMax || text.length > lengthMax) return false;
  let at = 0;
  let star = -1;
  let resume = 0;
  let index = 0;
  while (index < text.length) {
    if (pattern[at] === '*') {
      star = at++;
      resume = index;
    } else if (at < pattern.length && (pattern[at] === '?' || pattern[at] === text[index])) {
      at++;
      index++;
    } else if (star >= 0) {
      at = star + 1;
      index = ++resume;
    } else return false;
  }
  while (pattern[at] === '*') at++;
  return at === pattern.length;
}
