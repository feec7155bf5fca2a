/** Which form of a document an `Accept` header asks for. Mirrors the negotiation of kube-openapi's handlers, with goautoneg's order. */

/** By media type, the preferred one first. */
export type Forms<F> = readonly (readonly [mediaType: string, form: F])[];

interface Clause {
  readonly type: string;
  readonly quality: number;
}

/** `undefined`: none that it takes is offered. An empty header takes everything. */
export function acceptedForm<F>(accept: string, forms: Forms<F>): F | undefined {
  if (accept.trim() === '') return forms[0]?.[1];
  const clauses = accept
    .split(',')
    .map(clauseOf)
    .filter(({ quality }) => quality > 0)
    .toSorted((left, right) => right.quality - left.quality || stars(left) - stars(right));
  for (const { type } of clauses) {
    const found = forms.find(([offered]) => type === offered || type === '*/*' || type === 'application/*');
    if (found) return found[1];
  }
  return undefined;
}

function clauseOf(text: string): Clause {
  const [type = '', ...options] = text.split(';').map((part) => part.trim());
  const quality = options.find((option) => option.startsWith('q='));
  return { type, quality: quality === undefined ? 1 : Number(quality.slice(2)) || 0 };
}

function stars({ type }: Clause): number {
  return type.split('*').length;
}
