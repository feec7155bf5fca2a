/**
 * Label selectors: the text of query strings, and the objects in specs. Mirrors apimachinery labels.Parse, labels.Requirement
 * and meta/v1 LabelSelectorAsSelector.
 */
import * as field from './field-error.ts';
import { goQuote } from './go-text.ts';
import { labelValueRule, qualifiedName } from './names.ts';
import { scanLabelSelector, type SelectorToken } from './label-selector-tokens.ts';

type LabelOperator = 'in' | 'notin' | '=' | '==' | '!=' | 'gt' | 'lt' | 'exists' | '!';

interface LabelRequirement {
  readonly key: string;
  readonly operator: LabelOperator;
  readonly values: readonly string[];
}

/** All of them must hold, sorted by key; an empty list matches everything. */
export type LabelRequirements = readonly LabelRequirement[];

/** meta/v1 LabelSelector. */
export interface LabelSelector {
  readonly matchLabels?: Readonly<Record<string, string>> | null;
  readonly matchExpressions?: readonly LabelSelectorExpression[] | null;
}

interface LabelSelectorExpression {
  readonly key: string;
  readonly operator: string;
  readonly values?: readonly string[] | null;
}

export type Labels = Readonly<Record<string, string>>;

/** A selector that can't be read; the message is upstream's. */
export class SelectorError extends Error {
  override readonly name = 'SelectorError';
}

/** @throws SelectorError */
export function parseLabelSelector(text: string): LabelRequirements {
  return new Parser(scanLabelSelector(text)).parse();
}

/**
 * Of a selector object: an absent one matches nothing (`undefined`), an empty one everything.
 * @throws SelectorError
 */
export function labelRequirements(selector: LabelSelector | null | undefined): LabelRequirements | undefined {
  if (selector === undefined || selector === null) return undefined;
  const equalities = Object.entries(selector.matchLabels ?? {}).map(([key, value]) => requirement(key, '=', [value]));
  const expressions = (selector.matchExpressions ?? []).map(({ key, operator, values }) =>
    requirement(key, expressionOperator(operator), values ?? []),
  );
  return sorted([...equalities, ...expressions]);
}

/** A ReplicationController's or Service's plain selector. */
export function labelRequirementsOfSet(labels: Labels): LabelRequirements {
  return sorted(
    Object.entries(labels).map(([key, value]): LabelRequirement => ({ key, operator: '=', values: [value] })),
  );
}

/** `undefined` matches nothing. */
export function matchesLabels(requirements: LabelRequirements | undefined, labels: Labels | undefined): boolean {
  return requirements?.every((requirement) => matchesRequirement(requirement, labels ?? {})) ?? false;
}

/** Whether a selector object matches; an absent one matches nothing. @throws SelectorError */
export function matchesLabelSelector(selector: LabelSelector | null | undefined, labels: Labels | undefined): boolean {
  return matchesLabels(labelRequirements(selector), labels);
}

/** The text that {@link parseLabelSelector} reads. */
export function labelRequirementsText(requirements: LabelRequirements | undefined): string {
  return (requirements ?? []).map(requirementText).join(',');
}

/** `a=b,c in (d)`: as status.selector of a Scale and table cells show it; `<none>` for nothing to show. Mirrors meta/v1 FormatLabelSelector. */
export function formatLabelSelector(selector: LabelSelector | null | undefined): string {
  try {
    const text = labelRequirementsText(labelRequirements(selector));
    return text === '' ? '<none>' : text;
  } catch (error) {
    if (error instanceof SelectorError) return '<error>';
    throw error;
  }
}

/** Mirrors meta/v1/validation ValidateLabelSelector. */
export function validateLabelSelector(
  selector: LabelSelector | null | undefined,
  path: field.Path,
): field.FieldError[] {
  const errors = validateLabels(selector?.matchLabels, path.child('matchLabels'));
  for (const [index, expression] of (selector?.matchExpressions ?? []).entries()) {
    errors.push(...validateExpression(expression, path.child('matchExpressions').index(index)));
  }
  return errors;
}

/** Mirrors meta/v1/validation ValidateLabels. */
export function validateLabels(labels: Labels | null | undefined, path: field.FieldPath): field.FieldError[] {
  return Object.entries(labels ?? {}).flatMap(([key, value]) => [
    ...qualifiedName(key).map((message) => field.invalid(path, key, message)),
    ...labelValueRule(value).map((message) => field.invalid(path, value, message)),
  ]);
}

function validateExpression(expression: LabelSelectorExpression, path: field.Path): field.FieldError[] {
  const { key, operator } = expression;
  const values = expression.values ?? [];
  const errors: field.FieldError[] = [];
  if (operator === 'In' || operator === 'NotIn') {
    if (values.length === 0) {
      errors.push(field.required(path.child('values'), "must be specified when `operator` is 'In' or 'NotIn'"));
    }
  } else if (operator === 'Exists' || operator === 'DoesNotExist') {
    const text = "may not be specified when `operator` is 'Exists' or 'DoesNotExist'";
    if (values.length > 0) errors.push(field.forbidden(path.child('values'), text));
  } else {
    errors.push(field.invalid(path.child('operator'), operator, 'not a valid selector operator'));
  }
  errors.push(...qualifiedName(key).map((message) => field.invalid(path.child('key'), key, message)));
  for (const [index, value] of values.entries()) {
    const place = path.child('values').index(index);
    errors.push(...labelValueRule(value).map((message) => field.invalid(place, value, message)));
  }
  return errors;
}

const binaryOperators: readonly LabelOperator[] = ['in', 'notin', '=', '==', '!=', 'gt', 'lt'];

function requirement(key: string, operator: LabelOperator, values: readonly string[]): LabelRequirement {
  // No values are Go's nil.
  const shown = values.length === 0 ? null : [...values];
  const errors: field.FieldError[] = qualifiedNameError(key, 'key');
  if (operator === 'in' || operator === 'notin') {
    const text = "for 'in', 'notin' operators, values set can't be empty";
    if (values.length === 0) errors.push(field.invalid('values', shown, text));
  } else if (operator === 'exists' || operator === '!') {
    const text = 'values set must be empty for exists and does not exist';
    if (values.length > 0) errors.push(field.invalid('values', shown, text));
  } else if (operator === 'gt' || operator === 'lt') {
    const text = "for 'Gt', 'Lt' operators, exactly one value is required";
    if (values.length !== 1) errors.push(field.invalid('values', shown, text));
    for (const [index, value] of values.entries()) {
      if (parseInt64(value) !== undefined) continue;
      const notInteger = "for 'Gt', 'Lt' operators, the value must be an integer";
      errors.push(field.invalid(`values[${index}]`, value, notInteger));
    }
  } else if (values.length !== 1) {
    errors.push(field.invalid('values', shown, 'exact-match compatibility requires one single value'));
  }
  for (const [index, value] of values.entries()) {
    const messages = labelValueRule(value);
    if (messages.length > 0) errors.push(field.invalid(`values[${index}][${key}]`, value, messages.join('; ')));
  }
  if (errors.length > 0) throw new SelectorError(field.fieldErrorsText(errors));
  return { key, operator, values };
}

function qualifiedNameError(key: string, path: string): field.FieldError[] {
  const messages = qualifiedName(key);
  return messages.length === 0 ? [] : [field.invalid(path, key, messages.join('; '))];
}

function expressionOperator(operator: string): LabelOperator {
  switch (operator) {
    case 'In':
      return 'in';
    case 'NotIn':
      return 'notin';
    case 'Exists':
      return 'exists';
    case 'DoesNotExist':
      return '!';
    default:
      throw new SelectorError(`${goQuote(operator)} is not a valid label selector operator`);
  }
}

function matchesRequirement({ key, operator, values }: LabelRequirement, labels: Labels): boolean {
  const value = Object.hasOwn(labels, key) ? labels[key] : undefined;
  switch (operator) {
    case 'in':
    case '=':
    case '==':
      return value !== undefined && values.includes(value);
    case 'notin':
    case '!=':
      return value === undefined || !values.includes(value);
    case 'exists':
      return value !== undefined;
    case '!':
      return value === undefined;
    case 'gt':
    case 'lt': {
      const left = value === undefined ? undefined : parseInt64(value);
      const right = parseInt64(values[0] ?? '');
      if (left === undefined || right === undefined) return false;
      return operator === 'gt' ? left > right : left < right;
    }
  }
}

function requirementText({ key, operator, values }: LabelRequirement): string {
  switch (operator) {
    case 'exists':
      return key;
    case '!':
      return `!${key}`;
    case 'in':
    case 'notin':
      return `${key} ${operator} (${[...values].sort().join(',')})`;
    case 'gt':
      return `${key}>${values.join(',')}`;
    case 'lt':
      return `${key}<${values.join(',')}`;
    case '=':
    case '==':
    case '!=':
      return `${key}${operator}${values.join(',')}`;
  }
}

function sorted(requirements: LabelRequirement[]): LabelRequirements {
  return requirements.sort((left, right) => (left.key < right.key ? -1 : Number(left.key > right.key)));
}

/** Mirrors strconv.ParseInt(text, 10, 64). */
function parseInt64(text: string): bigint | undefined {
  if (!/^[+-]?\d+$/.test(text)) return undefined;
  const value = BigInt(text.startsWith('+') ? text.slice(1) : text);
  return BigInt.asIntN(64, value) === value ? value : undefined;
}

/** Recursive descent over the tokens, as upstream does it, since its errors name the token that it stumbled upon. */
class Parser {
  readonly #tokens: readonly SelectorToken[];
  #position = 0;

  constructor(tokens: readonly SelectorToken[]) {
    this.#tokens = tokens;
  }

  parse(): LabelRequirements {
    const requirements: LabelRequirement[] = [];
    for (;;) {
      const { kind, text } = this.#peek();
      if (kind === 'end') return sorted(requirements);
      if (kind !== 'identifier' && kind !== '!') {
        throw new SelectorError(`found '${text}', expected: !, identifier, or 'end of string'`);
      }
      requirements.push(this.#wrappedRequirement());
      const next = this.#take();
      if (next.kind === 'end') return sorted(requirements);
      if (next.kind !== ',') throw new SelectorError(`found '${next.text}', expected: ',' or 'end of string'`);
      const after = this.#peek();
      if (after.kind !== 'identifier' && after.kind !== '!') {
        throw new SelectorError(`found '${after.text}', expected: identifier after ','`);
      }
    }
  }

  #wrappedRequirement(): LabelRequirement {
    try {
      return this.#requirement();
    } catch (error) {
      if (!(error instanceof SelectorError)) throw error;
      throw new SelectorError(`unable to parse requirement: ${error.message}`, { cause: error });
    }
  }

  #requirement(): LabelRequirement {
    let token = this.#take();
    const negated = token.kind === '!';
    if (negated) token = this.#take();
    if (token.kind !== 'identifier') throw new SelectorError(`found '${token.text}', expected: identifier`);
    const key = token.text;
    const keyErrors = qualifiedNameError(key, '<nil>');
    if (keyErrors.length > 0) throw new SelectorError(field.fieldErrorsText(keyErrors));
    if (negated) return requirement(key, '!', []);
    const next = this.#peek().kind;
    if (next === 'end' || next === ',') return requirement(key, 'exists', []);
    const operator = this.#operator();
    const values = operator === 'in' || operator === 'notin' ? this.#values() : [this.#exactValue()];
    return requirement(key, operator, [...new Set(values)].sort());
  }

  #operator(): LabelOperator {
    const { kind, text } = this.#takeRaw();
    if (kind === '>') return 'gt';
    if (kind === '<') return 'lt';
    if (kind === 'in' || kind === 'notin' || kind === '=' || kind === '==' || kind === '!=') return kind;
    throw new SelectorError(`found '${text}', expected: ${binaryOperators.join(', ')}`);
  }

  #values(): string[] {
    const open = this.#take();
    if (open.kind !== '(') throw new SelectorError(`found '${open.text}' expected: '('`);
    const { kind, text } = this.#peek();
    if (kind === ')') {
      this.#take();
      return [''];
    }
    if (kind !== 'identifier' && kind !== ',') {
      throw new SelectorError(`found '${text}', expected: ',', ')' or identifier`);
    }
    const values = this.#valueList();
    this.#take();
    return values;
  }

  /** Up to the closing parenthesis, which stays. Empty places count as empty values. */
  #valueList(): string[] {
    const values: string[] = [];
    for (;;) {
      const { kind, text } = this.#take();
      const next = this.#peek();
      if (kind === 'identifier') {
        values.push(text);
        if (next.kind === ')') return values;
        if (next.kind !== ',') throw new SelectorError(`found '${next.text}', expected: ',' or ')'`);
      } else if (kind === ',') {
        if (values.length === 0 || next.kind === ')' || next.kind === ',') values.push('');
        if (next.kind === ')') return values;
      } else {
        throw new SelectorError(`found '${text}', expected: ',', or identifier`);
      }
    }
  }

  #exactValue(): string {
    const { kind } = this.#peek();
    if (kind === 'end' || kind === ',') return '';
    const token = this.#take();
    if (token.kind !== 'identifier') throw new SelectorError(`found '${token.text}', expected: identifier`);
    return token.text;
  }

  /** Where a value or a key may stand, `in` and `notin` are identifiers. */
  #peek(): SelectorToken {
    return asValue(this.#tokens[this.#position] ?? { kind: 'end', text: '' });
  }

  #take(): SelectorToken {
    return asValue(this.#takeRaw());
  }

  #takeRaw(): SelectorToken {
    const token = this.#tokens[this.#position] ?? { kind: 'end', text: '' };
    this.#position++;
    return token;
  }
}

function asValue(token: SelectorToken): SelectorToken {
  return token.kind === 'in' || token.kind === 'notin' ? { kind: 'identifier', text: token.text } : token;
}
