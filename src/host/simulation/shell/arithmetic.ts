/** Integer arithmetic of `$((…))` and `expr`. Pure. */

const tokens = /\s*(?:(\d+)|([A-Za-z_]\w*)|(\*\*|[=!<>]=|&&|\|\||[-+*/%()<>!?:]))/y;
const tokensMax = 200;

/** Binary operators by how strongly they bind. */
const levels: readonly (readonly string[])[] = [
  ['||'],
  ['&&'],
  ['==', '!='],
  ['<', '<=', '>', '>='],
  ['+', '-'],
  ['*', '/', '%'],
];

/** The value, or `undefined` for what isn't understood or divides by zero. Variables without a number count as 0. */
export function evaluateArithmetic(text: string, variable: (name: string) => string): number | undefined {
  const found = tokenize(text);
  if (!found) return undefined;
  let at = 0;
  const value = (): number => {
    const token = found[at++];
    if (token === '-') return -value();
    if (token === '+') return value();
    if (token === '!') return value() === 0 ? 1 : 0;
    if (token === '(') {
      const inner = level(0);
      return found[at++] === ')' ? inner : Number.NaN;
    }
    if (token === undefined) return Number.NaN;
    if (/^\d/.test(token)) return Number(token);
    return /^\w/.test(token) ? Number.parseInt(variable(token), 10) || 0 : Number.NaN;
  };
  const level = (index: number): number => {
    const operators = levels[index];
    if (!operators) return value();
    let left = level(index + 1);
    for (let operator = found[at]; operator !== undefined && operators.includes(operator); operator = found[at]) {
      at++;
      left = apply(operator, left, level(index + 1));
    }
    return left;
  };
  const result = level(0);
  return at === found.length && Number.isSafeInteger(result) ? result : undefined;
}

function tokenize(text: string): string[] | undefined {
  const found: string[] = [];
  const trimmed = text.trimEnd();
  tokens.lastIndex = 0;
  while (tokens.lastIndex < trimmed.length) {
    const match = tokens.exec(trimmed);
    if (!match || found.length >= tokensMax) return undefined;
    found.push(match[0].trim());
  }
  return found;
}

function apply(operator: string, left: number, right: number): number {
  switch (operator) {
    case '||':
      return Number(left !== 0 || right !== 0);
    case '&&':
      return Number(left !== 0 && right !== 0);
    case '==':
      return Number(left === right);
    case '!=':
      return Number(left !== right);
    case '<':
      return Number(left < right);
    case '<=':
      return Number(left <= right);
    case '>':
      return Number(left > right);
    case '>=':
      return Number(left >= right);
    case '+':
      return left + right;
    case '-':
      return left - right;
    case '*':
      return left * right;
    case '/':
      return Math.trunc(left / right);
    default:
      return left % right;
  }
}
