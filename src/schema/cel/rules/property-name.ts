/** Names of properties that are no identifiers, as expressions write them. Mirrors apiserver pkg/cel/escaping.go. */
const reserved: ReadonlySet<string> = new Set(
  'true false null in as break const continue else for function if import let loop package namespace return var void while'.split(
    ' ',
  ),
);
const escapes: Readonly<Record<string, string>> = {
  __: '__underscores__',
  '.': '__dot__',
  '-': '__dash__',
  '/': '__slash__',
};
const unescapes: Readonly<Record<string, string>> = { underscores: '__', dot: '.', dash: '-', slash: '/' };

/** Undefined: expressions have no name for it. */
export function escapeProperty(name: string): string | undefined {
  if (!/^[A-Za-z_.\-/][A-Za-z0-9_.\-/]*$/.test(name)) return undefined;
  if (reserved.has(name)) return `__${name}__`;
  return name.replaceAll(/__|[-./]/g, (part) => escapes[part] ?? part);
}

/** Undefined: there is no such name. */
export function unescapeProperty(escaped: string): string | undefined {
  if (!escaped.includes('__')) return escaped;
  let valid = true;
  const name = escaped.replaceAll(/__[^_]+__/g, (part) => {
    const word = part.slice(2, -2);
    if (Object.hasOwn(unescapes, word)) return unescapes[word] ?? '';
    // A word of the language is escaped only where it is all of the name.
    if (!reserved.has(word) || part.length !== escaped.length) valid = false;
    return word;
  });
  return valid ? name : undefined;
}
