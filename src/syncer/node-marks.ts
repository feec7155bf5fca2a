/** What the tenant has made of its nodes, as it is now; and whom a change of it concerns. */
import { equalJson, type JsonValue } from '../api/json.ts';
import type { KubeObject } from '../api/object.ts';
import type { On } from '../api/side.ts';
import type { Informer } from '../client/informer.ts';
import { ownMarks, type OwnMarks } from '../translate/nodes/own-marks.ts';

export interface NodeMarks {
  /** By name. The same list as long as nothing has changed. */
  current(): readonly OwnMarks[];
}

/** `changed` is told whenever there are others. */
export function createNodeMarks(tenantNodes: Informer<'tenant'>, changed: () => void): NodeMarks {
  let known: readonly OwnMarks[] | undefined;
  const forget = (): void => {
    known = undefined;
    changed();
  };
  const forgetIfMarked = (node: On<'tenant', KubeObject>): void => {
    if (ownMarks(node)) forget();
  };
  tenantNodes.addHandler({
    onAdd: forgetIfMarked,
    onUpdate: (old, node) => {
      if (!sameMarks(ownMarks(old), ownMarks(node))) forget();
    },
    onDelete: forgetIfMarked,
  });
  return {
    current() {
      known ??= tenantNodes
        .list()
        .flatMap((node) => ownMarks(node) ?? [])
        .toSorted((left, right) => (left.name < right.name ? -1 : 1));
      return known;
    },
  };
}

function sameMarks(left: OwnMarks | undefined, right: OwnMarks | undefined): boolean {
  // Plain JSON in a typed view.
  return equalJson((left ?? null) as unknown as JsonValue, (right ?? null) as unknown as JsonValue);
}
