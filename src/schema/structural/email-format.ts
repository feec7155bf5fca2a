/**
 * Which texts are mail addresses, with or without a name in front. Mirrors Go's net/mail ParseAddress, but for comments, groups and folded
 * lines, which nobody writes into an object.
 */

const atom = "[A-Za-z0-9!#$%&'*+\\-/=?^_`{|}~\\u0080-\\u{10ffff}]+";
const dotAtom = `${atom}(?:\\.${atom})*`;
const quoted = '"(?:[^"\\\\\\x00-\\x08\\x0a-\\x1f\\x7f]|\\\\[^\\x00-\\x08\\x0a-\\x1f\\x7f])+"';
const literal = '\\[[!-Z^-~]+\\]';
const address = new RegExp(`^(?:${dotAtom}|${quoted})@(?:${dotAtom}|${literal})$`, 'u');
// Each character can be taken in one way only, so that no text takes long.
const displayName = new RegExp(`^(?:[A-Za-z0-9!#$%&'*+\\-/=?^_\`{|}~. \\t\\u0080-\\u{10ffff}]|${quoted})*$`, 'u');

/** Longer ones are none: the longest address has 254 characters, and a name in front is not a novel. */
const lengthMax = 1000;

export function isEmailAddress(text: string): boolean {
  const trimmed = text.replace(/^[ \t]+/, '').replace(/[ \t]+$/, '');
  if (trimmed.length > lengthMax) return false;
  if (address.test(trimmed)) return true;
  const open = trimmed.lastIndexOf('<');
  if (open < 0 || !trimmed.endsWith('>')) return false;
  return address.test(trimmed.slice(open + 1, -1)) && isDisplayName(trimmed.slice(0, open).trimEnd());
}

function isDisplayName(name: string): boolean {
  return name === '' || displayName.test(name);
}
