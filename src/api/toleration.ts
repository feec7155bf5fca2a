/** What of a node's taints a pod bears. Mirrors core/v1 Toleration.ToleratesTaint (comparisons of numbers switched off, as they are by default). */
import { equalJson, type JsonValue } from './json.ts';
import type { KubeObject } from './object.ts';

export interface Taint {
  readonly key: string;
  readonly value?: string;
  readonly effect: string;
  /** When it was put on the node. */
  readonly timeAdded?: string | null;
}

export interface Toleration {
  readonly key?: string;
  readonly operator?: string;
  readonly value?: string;
  readonly effect?: string;
  /** How long NoExecute is borne; absent: for ever. */
  readonly tolerationSeconds?: number | null;
}

/** Pure. An empty key or effect stands for every one. */
export function tolerates(toleration: Toleration, taint: Taint): boolean {
  const { key = '', operator = '', value = '', effect = '' } = toleration;
  if (effect !== '' && effect !== taint.effect) return false;
  if (key !== '' && key !== taint.key) return false;
  if (operator === 'Exists') return true;
  return (operator === '' || operator === 'Equal') && value === (taint.value ?? '');
}

/** The first taint of such an effect that nothing tolerates. Pure. */
export function untoleratedTaint(
  taints: readonly Taint[],
  tolerations: readonly Toleration[],
  effects: readonly string[],
): Taint | undefined {
  return taints.find(
    (taint) => effects.includes(taint.effect) && !tolerations.some((toleration) => tolerates(toleration, taint)),
  );
}

/** A node's. A door: its API server has checked them. */
export function taintsOf(node: Readonly<KubeObject>): readonly Taint[] {
  const { taints } = (node['spec'] ?? {}) as { readonly taints?: readonly Taint[] };
  return taints ?? [];
}

/** In the same order too. */
export function equalTaints(left: readonly Taint[], right: readonly Taint[]): boolean {
  // Plain JSON in a typed view.
  return equalJson(left as unknown as JsonValue, right as unknown as JsonValue);
}
