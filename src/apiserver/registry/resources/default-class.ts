/** Classes of which one may be the default, marked by an annotation. */
import type { ObjectMeta } from '../../../api/object.ts';

/** The name as tables show it. */
export function nameWithDefault({ name = '', annotations }: ObjectMeta, marks: readonly string[]): string {
  return marks.some((mark) => annotations?.[mark] === 'true') ? `${name} (default)` : name;
}
