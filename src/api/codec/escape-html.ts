const special = /[<>&\u2028\u2029]/g;

/** A JSON text as Go's encoder would have written it: what has a meaning in HTML or JavaScript is escaped. The JSON stays the same. */
export function escapeHtml(json: string): string {
  return json.replaceAll(special, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
