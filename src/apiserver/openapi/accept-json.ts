/** Whether an `Accept` header takes JSON. */

/** An empty header takes everything. Mirrors the negotiation of kube-openapi's handlers, which know no other form here. */
export function acceptsJson(accept: string): boolean {
  if (accept.trim() === '') return true;
  return accept.split(',').some((clause) => {
    const [type = '', ...options] = clause.split(';').map((part) => part.trim());
    const refused = options.some((option) => /^q=0(\.0*)?$/.test(option));
    return !refused && (type === '*/*' || type === 'application/*' || type === 'application/json');
  });
}
