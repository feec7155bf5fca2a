/** Values that don't fit their schema, as structured-merge-diff says it. Mirrors typed ValidationErrors. */

export interface TypedProblem {
  /** `.spec.replicas`; empty: the object itself. */
  readonly path: string;
  readonly message: string;
}

export class TypedError extends Error {
  override readonly name = 'TypedError';

  constructor(problems: readonly TypedProblem[]) {
    const lines = problems.map(({ path, message }) => (path === '' ? message : `${path}: ${message}`));
    super(lines.length === 1 ? lines[0] : ['errors:', ...lines.map((line) => `  ${line}`)].join('\n'));
  }
}
