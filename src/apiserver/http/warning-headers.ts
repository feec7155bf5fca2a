/** `Warning` headers. Mirrors apiserver endpoints/filters warning.go and apimachinery net.NewWarningHeader. */
import type { ApiResponse } from '../../api/exchange.ts';

/** Of all warnings together; beyond it each is cut. */
const charactersMax = 4096;
const charactersEachMax = 256;

/** Each text once. */
export function warningHeaders(warnings: readonly string[]): ApiResponse['headers'] {
  if (warnings.length === 0) return {};
  const texts = [...new Set(warnings.flatMap(yamlLines).map(printable))].filter((text) => text !== '');
  const total = texts.reduce((sum, text) => sum + text.length, 0);
  const kept: string[] = [];
  let left = charactersMax;
  for (const text of texts) {
    const cut = total > charactersMax ? text.slice(0, charactersEachMax) : text;
    if (cut.length > left) break;
    left -= cut.length;
    kept.push(`299 - ${quoted(cut)}`);
  }
  return { warning: kept };
}

/** What the YAML decoder found stands in one text. Mirrors apiserver handlers parseYAMLWarnings. */
function yamlLines(text: string): string[] {
  const head = 'yaml: unmarshal errors:\n';
  return text.startsWith(head)
    ? text
        .slice(head.length)
        .split('\n')
        .map((line) => line.trim())
    : [text];
}

/** Controls have no place in a header, nor has what isn't Latin. */
function printable(text: string): string {
  return text.replaceAll(/[\n\r\t]+/g, ' ').replaceAll(/[^\u0020-\u007e]/g, '');
}

function quoted(text: string): string {
  return `"${text.replaceAll(/["\\]/g, String.raw`\$&`)}"`;
}
