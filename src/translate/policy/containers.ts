/** The containers of a pod, of all kinds, with the words by which their owner finds them. */
import { objectsAt, textAt } from '../../api/json-fields.ts';
import type { JsonObject } from '../../api/json.ts';

export interface FoundContainer {
  /** `spec.containers[web]` */
  readonly field: string;
  readonly list: 'initContainers' | 'containers' | 'ephemeralContainers';
  readonly container: JsonObject;
}

const lists = ['initContainers', 'containers', 'ephemeralContainers'] as const;

export function allContainers(spec: JsonObject): readonly FoundContainer[] {
  return lists.flatMap((list) =>
    objectsAt(spec, list).map((container) => ({
      field: `spec.${list}[${textAt(container, 'name')}]`,
      list,
      container,
    })),
  );
}

/** `a, b and c`; `nothing` where there is none. */
export function listed(items: readonly string[]): string {
  if (items.length === 0) return 'nothing';
  if (items.length === 1) return items[0] ?? '';
  return `${items.slice(0, -1).join(', ')} and ${items.at(-1)}`;
}
