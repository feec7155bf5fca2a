/**
 * The direction from the host: kinds whose objects tenants only see. One file in `mirrors/` says, in one `defineMirroredKind({...})`, what a tenant sees of a host's
 * object. The list of kinds, and with it what a tenant's account may read beyond its host namespace, is derived from these files; nothing is read
 * of a kind that isn't switched on.
 */
import type { GroupVersionResource } from '../api/gvk.ts';
import type { KubeObject } from '../api/object.ts';
import type { On } from '../api/side.ts';
import type { Image } from '../translate/mirrors/image.ts';
import type { PseudoFigures } from '../translate/nodes/pseudo-node.ts';
import type { Action } from './action.ts';
import type { PodsOnNode } from './node-pods.ts';

/** `from`: `namespace/name` on the host, `to`: in the tenant; or `namespace/*` in both, and then the names are the same. The first that fits a name counts. */
export interface Mapping {
  readonly from: string;
  readonly to: string;
  /** Of all in a namespace: a label selector, as text. */
  readonly selector?: string;
}

/** What of a kind a tenant sees. */
export interface MirrorSettings {
  /** A label selector, as text; absent: all. */
  readonly selector?: string;
  /** Of kinds with namespaces: what is seen where. Nothing else is read. */
  readonly mappings?: readonly Mapping[];
  /** What is hidden of what is seen: of the kind's `hideable`. */
  readonly hide?: readonly string[];
}

/** What a tenant sees of its host's own objects, by plural. A kind that isn't there is not read at all. */
export type FromHost = Readonly<Record<string, MirrorSettings>>;

/** What plans may look at besides the object itself. A snapshot. */
export interface MirrorView {
  /** Milliseconds since the epoch. */
  readonly now: number;
  readonly podsOn: (node: string) => PodsOnNode;
  readonly figures: PseudoFigures;
  /** `going`: it is being deleted, and takes nothing new. */
  readonly hasNamespace: (name: string) => boolean | 'going';
}

export interface MirroredKind {
  /** The same on both sides. Of a kind that comes from a definition, the version is what that says. */
  readonly gvr: GroupVersionResource;
  readonly kind: string;
  /** It has namespaces: seen is what is mapped, and nothing else. Default: it has none. */
  readonly scope?: 'Namespaced';
  /** It comes from a CustomResourceDefinition, which the host may lack; a tenant that lacks it gets the host's. */
  readonly isDefined?: true;
  /** The operator has named it, by its group, too. */
  readonly isCustom?: true;
  /** A whole namespace of it is too much: it takes a name, or a selector. */
  readonly mustBeChosen?: true;
  /** What `hide` may name. */
  readonly hideable?: readonly string[];
  /** Takes out of a host's object, in place, what no image shows: it would only cost memory. */
  readonly trim?: (source: KubeObject) => void;
  /** `undefined`: it isn't seen, though it is selected. */
  image(source: On<'host', KubeObject>, hidden: ReadonlySet<string>): Image | undefined;
  /** What is seen under a name for which the host shows nothing. Default: nothing. */
  standIn?(name: string, view: MirrorView): Image | undefined;
  /** What else goes from the tenant when nothing is to be seen under a name. */
  goesAlong?(name: string, view: MirrorView): readonly Action[];
  /** All but the status, made or brought up to date; `current` itself when nothing is to be done. Default: all is the host's. */
  mirror?(current: On<'tenant', KubeObject> | undefined, image: Image, now: number): On<'tenant', KubeObject>;
  /** The same of the status. Default: there is none. */
  withStatus?(current: On<'tenant', KubeObject>, image: Image, now: number): On<'tenant', KubeObject>;
  /** What stands there can't be changed into what is to be seen. Default: only where the host's object is another. */
  mustBeMadeAnew?(current: On<'tenant', KubeObject>, image: Image): boolean;
}

/** What it is called in {@link FromHost}: `nodes`, `clusterissuers.cert-manager.io`. */
export function mirrorName({ gvr, isCustom }: Pick<MirroredKind, 'gvr' | 'isCustom'>): string {
  return isCustom ? `${gvr.resource}.${gvr.group}` : gvr.resource;
}

/** Of a kind that comes from a definition: what that is called. */
export function definitionOf({ gvr }: Pick<MirroredKind, 'gvr'>): string {
  return `${gvr.resource}.${gvr.group}`;
}

/** Says that `kind` is one; the compiler checks it. */
export function defineMirroredKind(kind: MirroredKind): MirroredKind {
  return kind;
}
