/** The text of query strings: `app=web,tier in (a,b),!old`. Mirrors apimachinery labels.Parse. */
import * as field from './field-error.ts';
import {
  labelRequirement,
  qualifiedNameError,
  SelectorError,
  sortedRequirements,
  type LabelOperator,
  type LabelRequirement,
  type LabelRequirements,
} from './label-requirement.ts';
import { scanLabelSelector, type SelectorToken } from './label-selector-tokens.ts';

/** @throws SelectorError */
export function parseLabelSelector(text: string): LabelRequirements {
  return new Parser(scanLabelSelector(text)).parse();
}

const binaryOperators: readonly LabelOperator[] = ['in', 'notin', '=', '==', '!=', 'gt', 'lt'];

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
      if (kind === 'end') return sortedRequirements(requirements);
      if (kind !== 'identifier' && kind !== '!') {
        throw new SelectorError(`found '${text}', expected: !, identifier, or 'end of string'`);
      }
      requirements.push(this.#wrappedRequirement());
      const next = this.#take();
      if (next.kind === 'end') return sortedRequirements(requirements);
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
    if (negated) return labelRequirement(key, '!', []);
    const next = this.#peek().kind;
    if (next === 'end' || next === ',') return labelRequirement(key, 'exists', []);
    const operator = this.#operator();
    const values = operator === 'in' || operator === 'notin' ? this.#values() : [this.#exactValue()];
    return labelRequirement(key, operator, [...new Set(values)].sort());
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
