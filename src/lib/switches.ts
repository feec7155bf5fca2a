/**
 * What is switched on of several things with names, in the notation of kube-controller-manager's `--controllers`: `*` is all, `name` is one, `-name` is
 * one less. Mirrors controller-manager app.IsControllerEnabled and the check of its option, v1.36.
 */

/** Everything, but for what is off by default. */
export const allOn: readonly string[] = ['*'];

/**
 * Of `names`, those that are on: what is said of a name counts first, then `*`, which leaves those alone that are `offByDefault`. `what` the names
 * are of: `controllers`.
 * @throws Error for a name that there is not
 */
export function switchedOn(
  what: string,
  names: readonly string[],
  switches: readonly string[],
  offByDefault: readonly string[] = [],
): string[] {
  for (const entry of switches) {
    const name = entry.replace(/^-/, '');
    if (name !== '*' && !names.includes(name))
      throw new Error(`"${name}" is not in the list of known ${what}: ${names.join(', ')}`);
  }
  return names.filter((name) => {
    const said = switches.find((entry) => entry === name || entry === `-${name}`);
    return said === undefined ? switches.includes('*') && !offByDefault.includes(name) : said === name;
  });
}

/** What is typed: names separated by commas. */
export function parseSwitches(text: string): string[] {
  return text
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '');
}
