/**
 * Text to expressions: recursive descent over the grammar of cel-go's CEL.g4, with its limits and, for what goes wrong first, its
 * messages. Mirrors cel-go parser.Parser.
 */
import { ExpressionLimitError, ExprBuilder } from './expr-builder.ts';
import type { Expr, MapEntry, Parsed, StructField } from './expr.ts';
import type { Issue } from './issues.ts';
import { doubleLiteral, intLiteral, LiteralError, uintLiteral, unescapeBytes, unescapeString } from './literal-text.ts';
import { MacroError, type Macro } from './macro.ts';
import { operators, relationOperators } from './operators.ts';
import { nameOf, SyntaxStop, TokenStream } from './token-stream.ts';
import { tokenize, type Token } from './token.ts';

export interface ParserOptions {
  readonly macros: ReadonlyMap<string, Macro>;
  /** `a.?b`, `a[?b]`, `[?a]`, `{?a: b}` */
  readonly optionalSyntax: boolean;
}

export type ParseResult =
  | { readonly ok: true; readonly parsed: Parsed }
  | { readonly ok: false; readonly issues: readonly Issue[] };

const codePointsMax = 100_000;
const recursionMax = 250;

const reserved: ReadonlySet<string> = new Set(
  'as break const continue else for function if import let loop package namespace return var void while'.split(' '),
);
const literalKinds = ['NUM_FLOAT', 'NUM_INT', 'NUM_UINT', 'STRING', 'BYTES'];
const exprStarts = ['[', '{', '(', '.', '-', '!', 'true', 'false', 'null', ...literalKinds, 'IDENTIFIER'];
const exprStartSet: ReadonlySet<string> = new Set(exprStarts);
/** What may come after an expression that is complete. */
const exprEnds: ReadonlySet<string> = new Set([
  ...Object.keys(relationOperators),
  ...'&& || [ ] } ) . , - ? : + * / % <EOF>'.split(' '),
]);

/** Macros by what a call of them looks like. */
export function macroKey(name: string, argCount: number, receiver: boolean): string {
  return `${name}:${argCount}:${receiver}`;
}

export function parse(source: string, options: ParserOptions): ParseResult {
  const size = source.length > codePointsMax ? Array.from(source).length : 0;
  if (size > codePointsMax) {
    const message = `expression code point size exceeds limit: size: ${size}, limit ${codePointsMax}`;
    return { ok: false, issues: [{ at: -1, message }] };
  }
  const { tokens, issues } = tokenize(source);
  const parser = new Parser(new TokenStream(tokens), options);
  const expr = parser.run();
  const all = [...issues, ...parser.issues];
  if (expr === undefined || all.length > 0) return { ok: false, issues: all };
  return { ok: true, parsed: { source, expr, places: parser.builder.places } };
}

class Parser {
  readonly builder = new ExprBuilder();
  readonly #tokens: TokenStream;
  readonly #options: ParserOptions;
  readonly #issues: Issue[] = [];
  /** How deep the rules are in themselves. */
  readonly #depths = { expr: 0, relation: 0, calc: 0, member: 0 };
  /** By id: how deep upstream's visitor recurses below an expression. */
  readonly #heights: number[] = [];

  constructor(tokens: TokenStream, options: ParserOptions) {
    this.#tokens = tokens;
    this.#options = options;
  }

  get issues(): readonly Issue[] {
    return [...this.#tokens.issues, ...this.#issues];
  }

  /** Undefined: {@link issues} say why. */
  run(): Expr | undefined {
    try {
      const expr = this.#expr();
      this.#tokens.expect('<EOF>', () => false);
      return expr;
    } catch (error) {
      if (error instanceof ExpressionLimitError) this.#issues.push({ at: -1, message: error.message });
      else if (!(error instanceof SyntaxStop)) throw error;
      return undefined;
    }
  }

  #expr(): Expr {
    return this.#nested('expr', () => {
      const condition = this.#conditional('||');
      const op = this.#tokens.takeIf('?');
      if (op === undefined) return condition;
      const ifTrue = this.#conditional('||');
      this.#tokens.expect(':', startsExpr);
      const ifFalse = this.#expr();
      const call = this.#call(op.at, operators.conditional, [condition, ifTrue, ifFalse]);
      return this.#raise(call, [condition, ifTrue, ifFalse]);
    });
  }

  /** A chain of `||` or `&&`, made into a balanced tree. */
  #conditional(symbol: '||' | '&&'): Expr {
    const part = (): Expr => (symbol === '||' ? this.#conditional('&&') : this.#relation());
    const terms = [part()];
    const places: number[] = [];
    for (let op = this.#tokens.takeIf(symbol); op !== undefined; op = this.#tokens.takeIf(symbol)) {
      places.push(op.at);
      terms.push(part());
    }
    const name = symbol === '||' ? operators.or : operators.and;
    const balanced = (low: number, high: number): Expr => {
      const middle = Math.trunc((low + high + 1) / 2);
      const left = middle === low ? terms[middle] : balanced(low, middle - 1);
      const right = middle === high ? terms[middle + 1] : balanced(middle + 1, high);
      if (left === undefined || right === undefined) throw new Error('a chain has a term more than operators');
      return this.#keep(this.builder.call(places[middle] ?? 0, name, left, right), [left, right]);
    };
    const [only] = terms;
    return places.length === 0 && only !== undefined ? only : balanced(0, places.length - 1);
  }

  #relation(): Expr {
    return this.#chain('relation', () => {
      let left = this.#sum();
      return (grow) => {
        for (;;) {
          const { current } = this.#tokens;
          const name = current.kind === 'SYMBOL' ? relationOperators[current.text] : undefined;
          if (name === undefined || !Object.hasOwn(relationOperators, current.text)) return left;
          grow();
          this.#tokens.take();
          const right = this.#sum();
          left = this.#raise(this.#call(current.at, name, [left, right]), [left, right]);
        }
      };
    });
  }

  #sum(): Expr {
    return this.#chain('calc', () => {
      let left = this.#product(() => {});
      return (grow) => {
        for (;;) {
          const op = this.#tokens.takeIf('+') ?? this.#tokens.takeIf('-');
          if (op === undefined) return left;
          grow();
          const right = this.#chain('calc', () => (growRight) => this.#product(growRight));
          const name = op.text === '+' ? operators.add : operators.subtract;
          left = this.#raise(this.#call(op.at, name, [left, right]), [left, right]);
        }
      };
    });
  }

  #product(grow: () => void): Expr {
    let left = this.#unary();
    for (;;) {
      const op = this.#tokens.takeIf('*') ?? this.#tokens.takeIf('/') ?? this.#tokens.takeIf('%');
      if (op === undefined) return left;
      grow();
      const right = this.#unary();
      const names: Readonly<Record<string, string>> = { '*': operators.multiply, '/': operators.divide };
      left = this.#raise(this.#call(op.at, names[op.text] ?? operators.modulo, [left, right]), [left, right]);
    }
  }

  #unary(): Expr {
    this.#tokens.wanted(exprStarts);
    const first = this.#tokens.current;
    const symbol = this.#tokens.is('!') ? '!' : '-';
    const signed = symbol === '-' && ['NUM_INT', 'NUM_FLOAT'].includes(this.#tokens.ahead(1).kind);
    if (!this.#tokens.is(symbol) || signed) return this.#member();
    let [count, last] = [0, first];
    for (let sign = this.#tokens.takeIf(symbol); sign !== undefined; sign = this.#tokens.takeIf(symbol)) {
      last = sign;
      count++;
    }
    if (!startsExpr(this.#tokens.current)) this.#noOperand(last, symbol);
    const operand = this.#member();
    if (count % 2 === 0) return operand;
    const name = symbol === '!' ? operators.not : operators.negate;
    return this.#keep(this.#call(first.at, name, [operand]), [operand]);
  }

  /** What upstream says where nothing comes after a sign. */
  #noOperand(sign: Token, symbol: '!' | '-'): never {
    if (symbol === '!') return this.#tokens.extraneous(exprStarts);
    this.#tokens.noViableBefore(sign);
    return this.#tokens.mismatch(exprStarts);
  }

  #member(): Expr {
    return this.#chain('member', () => {
      let operand = this.#primary();
      return (grow) => {
        for (;;) {
          if (!this.#tokens.is('.') && !this.#tokens.is('[')) return operand;
          grow();
          operand = this.#tokens.is('.') ? this.#selection(operand) : this.#index(operand);
        }
      };
    });
  }

  #selection(operand: Expr): Expr {
    const dot = this.#tokens.take();
    const optional = this.#tokens.takeIf('?');
    const names = optional === undefined ? ['?', 'IDENTIFIER', 'ESC_IDENTIFIER'] : ['IDENTIFIER', 'ESC_IDENTIFIER'];
    if (!this.#tokens.isKind('IDENTIFIER') && !this.#tokens.isKind('ESC_IDENTIFIER')) this.#noField(dot, names);
    const field = this.#tokens.take();
    if (optional === undefined && field.kind === 'IDENTIFIER' && this.#tokens.is('(')) {
      const open = this.#tokens.take();
      const args = this.#args();
      return this.#raise(this.#memberCall(open.at, field.text, operand, args), [operand, ...args]);
    }
    if (field.kind === 'ESC_IDENTIFIER') this.#report(field.at, "unsupported syntax: '`'");
    if (optional === undefined) return this.#raise(this.builder.select(dot.at, operand, field.text), [operand]);
    if (!this.#options.optionalSyntax) this.#report(dot.at, "unsupported syntax '.?'");
    const name = this.builder.literal(field.at, field.text);
    return this.#raise(this.builder.call(dot.at, operators.optionalSelect, operand, name), [operand]);
  }

  /** Words of the language are told apart from other things that are no names. */
  #noField(dot: Token, names: readonly string[]): never {
    if (/^(true|false|null)$/.test(this.#tokens.current.text)) return this.#tokens.mismatch(['IDENTIFIER']);
    if (names.includes('?')) return this.#tokens.noViable(dot);
    this.#report(this.#tokens.current.at, 'unsupported ident kind');
    return this.#tokens.mismatch(names);
  }

  #index(operand: Expr): Expr {
    const open = this.#tokens.take();
    const optional = this.#tokens.takeIf('?');
    if (optional === undefined) this.#tokens.wanted([...exprStarts, '?']);
    const index = this.#expr();
    this.#tokens.expect(']', endsExpr);
    if (optional !== undefined && !this.#options.optionalSyntax) this.#report(open.at, "unsupported syntax '[?'");
    const name = optional === undefined ? operators.index : operators.optionalIndex;
    return this.#raise(this.#call(open.at, name, [operand, index]), [operand, index]);
  }

  #args(): Expr[] {
    const args: Expr[] = [];
    this.#tokens.wanted([...exprStarts, ')']);
    if (this.#tokens.takeIf(')')) return args;
    do args.push(this.#expr());
    while (this.#tokens.takeIf(','));
    this.#tokens.expect(')', endsExpr);
    return args;
  }

  #primary(): Expr {
    const { current } = this.#tokens;
    switch (nameOf(current)) {
      case '(': {
        this.#tokens.take();
        const inner = this.#expr();
        this.#tokens.expect(')', endsExpr);
        return inner;
      }
      case '[':
        return this.#list();
      case '{':
        return this.#map();
      case '.':
      case 'IDENTIFIER':
        return this.#name();
      default:
        return this.#literal();
    }
  }

  #list(): Expr {
    const open = this.#tokens.take();
    const elements: Expr[] = [];
    const optionals = new Set<number>();
    while (this.#opens(']', elements.length)) {
      if (this.#optionalMark()) optionals.add(elements.length);
      elements.push(this.#expr());
      if (!this.#continues(']')) break;
    }
    this.#tokens.expect(']', () => false);
    return this.#keep(this.builder.list(open.at, elements, optionals), elements);
  }

  #map(): Expr {
    const open = this.#tokens.take();
    const entries: MapEntry[] = [];
    while (this.#opens('}', entries.length)) {
      const optional = this.#optionalMark();
      const key = this.#expr();
      const colon = this.#tokens.expect(':', startsExpr);
      const value = this.#expr();
      entries.push({ id: this.builder.id(colon.at), key, value, optional });
      if (!this.#continues('}')) break;
    }
    this.#tokens.expect('}', () => false);
    const parts = entries.flatMap(({ key, value }) => [key, value]);
    return this.#keep(this.builder.map(open.at, entries), parts);
  }

  /** Whether an element comes. A comma may stand alone before the bracket. */
  #opens(bracket: string, count: number): boolean {
    if (count === 0) {
      this.#tokens.wanted([...exprStarts, '?', ',', bracket]);
      return this.#tokens.takeIf(',') === undefined && !this.#tokens.is(bracket);
    }
    return this.#tokens.is('?') || startsExpr(this.#tokens.current);
  }

  /** Whether a comma comes; it is taken. */
  #continues(bracket: string): boolean {
    this.#tokens.wanted([bracket, ',']);
    return this.#tokens.takeIf(',') !== undefined;
  }

  #optionalMark(): boolean {
    const mark = this.#tokens.takeIf('?');
    if (mark !== undefined && !this.#options.optionalSyntax) this.#report(mark.at, "unsupported syntax '?'");
    return mark !== undefined;
  }

  #name(): Expr {
    const dot = this.#tokens.takeIf('.');
    if (!this.#tokens.isKind('IDENTIFIER')) this.#tokens.mismatch(['IDENTIFIER']);
    if (this.#isMessage()) return this.#message(dot !== undefined);
    const name = this.#tokens.take();
    const qualified = `${dot === undefined ? '' : '.'}${name.text}`;
    const open = this.#tokens.takeIf('(');
    const args = open === undefined ? [] : this.#args();
    if (reserved.has(name.text)) {
      this.#report((dot ?? name).at, `reserved identifier: ${name.text}`);
      return this.builder.literal(name.at, null);
    }
    if (open === undefined) return this.builder.ident(name.at, qualified);
    return this.#keep(this.#call(open.at, qualified, args), args);
  }

  /** `a.b.c{` */
  #isMessage(): boolean {
    let count = 1;
    while (this.#tokens.ahead(count).text === '.' && this.#tokens.ahead(count + 1).kind === 'IDENTIFIER') count += 2;
    return this.#tokens.ahead(count).text === '{' && this.#tokens.ahead(count).kind === 'SYMBOL';
  }

  #message(rooted: boolean): Expr {
    const names = [this.#tokens.take().text];
    while (this.#tokens.takeIf('.')) names.push(this.#tokens.take().text);
    const open = this.#tokens.take();
    const fields: StructField[] = [];
    while (!this.#tokens.is('}')) {
      const optional = this.#optionalMark();
      if (!this.#tokens.isKind('IDENTIFIER') && !this.#tokens.isKind('ESC_IDENTIFIER')) {
        if (!optional && fields.length > 0) break;
        if (!optional && this.#tokens.takeIf(',') !== undefined) break;
        this.#tokens.mismatch([...(optional ? [] : ['}', ',', '?']), 'IDENTIFIER', 'ESC_IDENTIFIER']);
      }
      const name = this.#tokens.take();
      if (name.kind === 'ESC_IDENTIFIER') this.#report(name.at, "unsupported syntax: '`'");
      const colon = this.#tokens.expect(':', startsExpr);
      const value = this.#expr();
      fields.push({ id: this.builder.id(colon.at), name: name.text, value, optional });
      if (!this.#continues('}')) break;
    }
    this.#tokens.expect('}', endsExpr);
    const typeName = `${rooted ? '.' : ''}${names.join('.')}`;
    const parts = fields.map(({ value }) => value);
    return this.#keep(this.builder.struct(open.at, typeName, fields), parts);
  }

  #literal(): Expr {
    const sign = this.#tokens.takeIf('-');
    const token = this.#tokens.take();
    const { at } = sign ?? token;
    try {
      switch (nameOf(token)) {
        case 'NUM_INT':
          return this.builder.literal(at, intLiteral(token.text, sign !== undefined));
        case 'NUM_UINT':
          return this.builder.literal(at, uintLiteral(token.text));
        case 'NUM_FLOAT':
          return this.builder.literal(at, doubleLiteral(token.text, sign !== undefined));
        case 'STRING':
          return this.builder.literal(at, unescapeString(token.text));
        case 'BYTES':
          return this.builder.literal(at, unescapeBytes(token.text));
        case 'null':
          return this.builder.literal(at, null);
        default:
          return this.builder.literal(at, token.text === 'true');
      }
    } catch (error) {
      if (!(error instanceof LiteralError)) throw error;
      this.#report(at, error.message);
      return this.builder.literal(at, null);
    }
  }

  #call(at: number, name: string, args: readonly Expr[]): Expr {
    return this.#expanded(at, name, undefined, args) ?? this.builder.call(at, name, ...args);
  }

  #memberCall(at: number, name: string, target: Expr, args: readonly Expr[]): Expr {
    return this.#expanded(at, name, target, args) ?? this.builder.memberCall(at, name, target, ...args);
  }

  #expanded(at: number, name: string, target: Expr | undefined, args: readonly Expr[]): Expr | undefined {
    const macro = this.#options.macros.get(macroKey(name, args.length, target !== undefined));
    if (macro === undefined) return undefined;
    try {
      // A macro that isn't a receiver's doesn't look at the target.
      return macro.expand({ builder: this.builder, at, target: target ?? this.builder.literal(at, null), args });
    } catch (error) {
      if (!(error instanceof MacroError)) throw error;
      this.#report(error.at, error.message);
      return this.builder.literal(at, null);
    }
  }

  #report(at: number, message: string): void {
    this.#issues.push({ at, message });
  }

  #nested<T>(rule: 'expr', run: () => T): T {
    this.#enter(rule);
    const result = run();
    this.#depths[rule]--;
    return result;
  }

  /** A rule that is recursive to its left: each turn counts as one level more until the chain ends. */
  #chain(rule: 'relation' | 'calc' | 'member', start: () => (grow: () => void) => Expr): Expr {
    const before = this.#depths[rule];
    this.#enter(rule);
    const turns = start();
    const result = turns(() => this.#enter(rule));
    this.#depths[rule] = before;
    return result;
  }

  #enter(rule: 'expr' | 'relation' | 'calc' | 'member'): void {
    this.#depths[rule]++;
    if (this.#depths[rule] > recursionMax) {
      throw new ExpressionLimitError(`expression recursion limit exceeded: ${recursionMax}`);
    }
  }

  /** Remembers how deep an expression is, where it adds no level of its own. */
  #keep(expr: Expr, parts: readonly Expr[]): Expr {
    this.#heights[expr.id] = this.#heightOf(parts);
    return expr;
  }

  #raise(expr: Expr, parts: readonly Expr[]): Expr {
    const height = this.#heightOf(parts) + 1;
    if (height > recursionMax) throw new ExpressionLimitError('max recursion depth exceeded');
    this.#heights[expr.id] = height;
    return expr;
  }

  #heightOf(parts: readonly Expr[]): number {
    return parts.reduce((height, { id }) => Math.max(height, this.#heights[id] ?? 0), 0);
  }
}

function startsExpr(token: Token): boolean {
  return exprStartSet.has(nameOf(token));
}

function endsExpr(token: Token): boolean {
  return exprEnds.has(nameOf(token));
}
