/**
 * What upstream's library (go-yaml) says of broken YAML, as far as ours finds the same thing wrong. Mirrors go-yaml scannerc.go, parserc.go and
 * how decode.go counts lines.
 */
import type { YAMLError } from 'yaml';

/** Scanner errors name the line of the problem, parser errors the one before; neither names the first. */
type Stage = 'scanner' | 'parser';

const scannerProblems: Readonly<Record<string, string>> = {
  BLOCK_AS_IMPLICIT_KEY: 'mapping values are not allowed in this context',
  MULTILINE_IMPLICIT_KEY: 'mapping values are not allowed in this context',
  TAB_AS_INDENT: 'found character that cannot start any token',
  BAD_SCALAR_START: 'found character that cannot start any token',
  BAD_DQ_ESCAPE: 'found unknown escape character',
  NON_STRING_KEY: 'invalid map key',
};

/** `text`: all of it. */
export function yamlErrorText(error: YAMLError, text: string): string {
  const [start, end] = error.linePos ?? [];
  const first = (start?.line ?? 1) - 1;
  const last = Math.max(first, (end?.line ?? 1) - 1);
  const [stage, problem] = problemOf(error, last > first, text);
  // A missing end is missed on the line after the last.
  const atEnd = stage === 'parser' && error.pos[0] >= text.length && !text.endsWith('\n');
  const line = last + (atEnd ? 1 : 0);
  if (line === 0) return `yaml: ${problem}`;
  return `yaml: line ${stage === 'scanner' ? line + 1 : line}: ${problem}`;
}

/** Of an error while aliases are followed. `undefined`: it is another. */
export function aliasErrorText(message: string): string | undefined {
  if (message.startsWith('Excessive alias count')) return 'yaml: document contains excessive aliasing';
  const alias = /^Unresolved alias[^:]*: (\S+)$/.exec(message);
  return alias ? `yaml: unknown anchor '${alias[1]}' referenced` : undefined;
}

function problemOf({ code, message }: YAMLError, severalLines: boolean, text: string): [Stage, string] {
  if (code === 'MULTILINE_IMPLICIT_KEY' && !severalLines) return ['parser', 'did not find expected key'];
  if (code === 'MISSING_CHAR' && message.startsWith('Missing closing ')) {
    return ['scanner', 'found unexpected end of stream'];
  }
  const scanned = scannerProblems[code];
  if (scanned !== undefined) return ['scanner', scanned];
  return flowProblem(message, text);
}

function flowProblem(message: string, text: string): [Stage, string] {
  if (message.startsWith('Block scalar header')) return ['scanner', 'did not find expected comment or line break'];
  if (message.startsWith('Flow map ')) return ['parser', "did not find expected ',' or '}'"];
  if (message.startsWith('Flow sequence ')) {
    const begun = ['[', ','].includes(text.trimEnd().slice(-1));
    return ['parser', begun ? 'did not find expected node content' : "did not find expected ',' or ']'"];
  }
  if (/^Unexpected .* in flow /.test(message)) return ['parser', 'did not find expected node content'];
  if (message.startsWith('Unexpected scalar at node end')) return ['parser', "did not find expected '-' indicator"];
  return ['parser', 'did not find expected key'];
}
