/** Field selectors of query strings: `metadata.name=x,status.phase!=Running`. Mirrors apimachinery fields.ParseSelector. */
import { SelectorError } from './label-requirement.ts';

interface FieldRequirement {
  readonly field: string;
  readonly operator: '=' | '!=';
  readonly value: string;
}

/** All of them must hold; an empty list matches everything. */
export type FieldRequirements = readonly FieldRequirement[];

/** @throws SelectorError with upstream's message */
export function parseFieldSelector(text: string): FieldRequirements {
  const requirements = splitTerms(text)
    .sort()
    .filter((term) => term !== '')
    .map((term): FieldRequirement => {
      const match = /^(.*?)(!=|==|=)(.*)$/s.exec(term);
      if (match === null) throw new SelectorError(`invalid selector: '${text}'; can't understand '${term}'`);
      const [, field = '', operator, value = ''] = match;
      return { field, operator: operator === '!=' ? '!=' : '=', value: unescape(value) };
    });
  // Upstream takes nothing equal to nothing for everything.
  return requirements.filter(({ field, value }) => field !== '' || value !== '');
}

/** Fields that the object doesn't have count as empty. */
export function matchesFields(requirements: FieldRequirements, fields: Readonly<Record<string, string>>): boolean {
  return requirements.every(({ field, operator, value }) => {
    const actual = Object.hasOwn(fields, field) ? (fields[field] ?? '') : '';
    return operator === '=' ? actual === value : actual !== value;
  });
}

/** The value that `field` must have, if it must have one: `metadata.name=x` makes a list a get. */
export function requiredFieldValue(requirements: FieldRequirements, field: string): string | undefined {
  return requirements.find((requirement) => requirement.field === field && requirement.operator === '=')?.value;
}

/** The text that {@link parseFieldSelector} reads. */
export function fieldRequirementsText(requirements: FieldRequirements): string {
  return requirements
    .map(({ field, operator, value }) => `${field}${operator}${value.replaceAll(/[\\,=]/g, String.raw`\$&`)}`)
    .join(',');
}

function splitTerms(text: string): string[] {
  // A backslash takes the next character with it.
  const terms: string[] = [''];
  for (const [piece] of text.matchAll(/\\[\s\S]?|,|[^\\,]+/g)) {
    if (piece === ',') terms.push('');
    else terms.push(`${terms.pop() ?? ''}${piece}`);
  }
  return terms;
}

function unescape(value: string): string {
  let result = '';
  for (const [piece] of value.matchAll(/\\[\s\S]?|[^\\]/gu)) {
    if (piece.startsWith('\\')) {
      if (!/^\\[\\,=]$/.test(piece)) {
        throw new SelectorError(`invalid field selector: invalid escape sequence: ${piece}`);
      }
      result += piece.slice(1);
    } else if (piece === ',' || piece === '=') {
      // Upstream prints the character's number.
      throw new SelectorError(`invalid field selector: unescaped character in value: ${piece.codePointAt(0) ?? 0}`);
    } else {
      result += piece;
    }
  }
  return result;
}
