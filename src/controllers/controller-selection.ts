/**
 * Which controllers run, as kube-controller-manager is told by `--controllers`: `*` is all, `name` is one, `-name` is one less. Mirrors
 * controller-manager app.IsControllerEnabled and the check of its option, v1.36.
 */

/** All of them. */
export const everyController: readonly string[] = ['*'];

/** Of `names`, those that `selection` switches on: what is said of a name counts first, then `*`. @throws Error for a name that no controller has. */
export function selectControllers(names: readonly string[], selection: readonly string[]): string[] {
  for (const entry of selection) {
    const name = entry.replace(/^-/, '');
    if (name !== '*' && !names.includes(name))
      throw new Error(`"${name}" is not in the list of known controllers: ${names.join(', ')}`);
  }
  return names.filter((name) => {
    const said = selection.find((entry) => entry === name || entry === `-${name}`);
    return said === undefined ? selection.includes('*') : said === name;
  });
}

/** What is typed after `--controllers`: names separated by commas. */
export function parseControllerSelection(text: string): string[] {
  return text
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '');
}
