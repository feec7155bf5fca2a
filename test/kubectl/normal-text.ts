/** What of kubectl's output must be equal on both sides: all but what each server makes up by itself, and how long things took. */

const ownTexts: readonly (readonly [RegExp, string])[] = [
  // What kubectl's client library says of watches that its own time limits end.
  [/^[IWE]\d{4} .*reflector\.go.*\n/gm, ''],
  [/\r/g, '<CR>'],
  [/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, '<uid>'],
  [/\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z/g, '<time>'],
  [/\b[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d [+-]\d{4}/g, '<time>'],
  [/\b\d{4}-\d\d-\d\d \d\d:\d\d:\d\d [+]0000 UTC/g, '<time>'],
  [/\b10\.96\.\d+\.\d+\b/g, '<cluster IP>'],
  [/\b10\.244\.\d+\.\d+\b/g, '<pod IP>'],
  [/\b172\.30\.0\.\d+\b/g, '<node IP>'],
  [/https:\/\/127\.0\.0\.1:\d+/g, '<server>'],
  [/\b127\.0\.0\.1:\d+/g, '<address>'],
  [/\bkube-api-access-[a-z0-9]{5}\b/g, 'kube-api-access-<random>'],
  [/\bnode-\d\b/g, '<node>'],
  [/\+sublet\b/g, ''],
  // A hash of the pod template, and a random ending.
  [/-[0-9a-f]{8,10}-[bcdfghjklmnpqrstvwxz2456789]{5}\b/g, '-<hash>-<random>'],
  [/(pod-template-hash["=: ]+)[0-9a-f]{8,10}\b"?/g, 'pod-template-hash=<hash>'],
  [/(?<=[a-z])-[0-9a-f]{8,10}(?=["\s,:/)(]|$)/gm, '-<hash>'],
  [/(endpointslice[\w.]*\/[-a-z0-9]+)-[bcdfghjklmnpqrstvwxz2456789]{5}\b/g, '$1-<random>'],
  [/-----BEGIN CERTIFICATE-----[^]*?-----END CERTIFICATE-----/g, '<certificate>'],
  [/(X509SHA256=)[0-9a-f]{64}/g, '$1<digest>'],
  [/[^\s"]*(\/kubectl-edit-)\d+/g, '$1<random>'],
  [/(simulated:\/\/)[0-9a-f]{64}/g, '$1<id>'],
  [/("?resourceVersion"?: ?"?)\d+/gi, '$1<revision>'],
  [/(Resource Version: +)\d+/g, '$1<revision>'],
  [/(resource version to be \d+, was )\d+/g, '$1<revision>'],
  [/("?nodePort"?: "?)\d+/g, '$1<port>'],
  [/(NodePort: .*?)\d{5}/g, '$1<port>'],
  [/:3[0-2]\d{3}\//g, ':<port>/'],
  [/(resource version:? )\d+/gi, '$1<revision>'],
  // An age: of seconds, minutes or hours.
  [/(?<=[\s(~])(?:\d+[dhms])+(?=[\s),]|$)/gm, '<age>'],
  [/<invalid>/g, '<age>'],
  // Columns are as wide as what is in them.
  [/-{5,}/g, '-----'],
  [/ {2,}/g, '  '],
  [/ +$/gm, ''],
];

export interface Output {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

export function normalText(text: string): string {
  return ownTexts.reduce((result, [pattern, instead]) => result.replace(pattern, instead), text);
}
