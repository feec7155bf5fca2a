/**
 * Reads the policy's texts. A line that isn't indented names a role or binding, lines below it say what is in it, and a line that is
 * indented further goes on with the line before. A rule is `verbs | groups | resources | names`, or `verbs | urls | paths`.
 */
import type { PolicyRule } from '../policy-rule.ts';

export interface PolicyEntry {
  /** Empty: cluster-wide. */
  readonly namespace: string;
  readonly name: string;
  readonly lines: readonly string[];
}

/** Verbs that come together often. */
const verbSets: Readonly<Record<string, string>> = {
  read: 'get list watch',
  write: 'create delete deletecollection patch update',
  readwrite: 'create delete deletecollection get list patch update watch',
};
/** What most controllers may do besides. */
const recordEvents = 'create patch update | core events.k8s.io | events';

export function policyEntries(text: string): PolicyEntry[] {
  const entries: { namespace: string; name: string; lines: string[] }[] = [];
  for (const line of text.split('\n')) {
    if (line === '') continue;
    const lines: string[] = entries.at(-1)?.lines ?? [];
    if (line.startsWith('    ')) lines.push(`${lines.pop() ?? ''} ${line.trim()}`);
    else if (line.startsWith('  ')) lines.push(line.trim());
    else {
      const [first = '', second] = line.split(' ');
      entries.push({ namespace: second === undefined ? '' : first, name: second ?? first, lines: [] });
    }
  }
  return entries;
}

/** In the order of fields in which Go writes a rule. */
export function policyRule(line: string): PolicyRule {
  const [verbs = '', groups = '', what = '', names] = (line === 'record events' ? recordEvents : line).split(' | ');
  const rule = { verbs: words(verbSets[verbs] ?? verbs) };
  if (groups === 'urls') return { ...rule, nonResourceURLs: words(what) };
  return {
    ...rule,
    apiGroups: words(groups).map((group) => (group === 'core' ? '' : group)),
    resources: words(what),
    ...(names === undefined ? {} : { resourceNames: words(names) }),
  };
}

function words(text: string): readonly string[] {
  return text.split(' ');
}
