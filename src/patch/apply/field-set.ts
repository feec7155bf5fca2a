/**
 * Sets of fields of one object: paths of elements (see path-element), kept as a tree. A field may be a member, or only lead to members
 * below it, or both. Members are what counts; a set never keeps a way that leads to none. Mirrors structured-merge-diff fieldpath Set.
 *
 * Sets are values: but for {@link FieldSet.insert}, which is for those who build one, nothing changes a set, and results share parts with
 * what they were made of.
 */
import { pathElementText, sortedPathElements } from './path-element.ts';

export type Path = readonly string[];

interface Node {
  member: boolean;
  /** Never empty. */
  below: FieldSet | undefined;
}

export class FieldSet {
  static readonly empty = new FieldSet();
  readonly #nodes = new Map<string, Node>();

  static of(...paths: readonly Path[]): FieldSet {
    const set = new FieldSet();
    for (const path of paths) set.insert(path);
    return set;
  }

  /** Only on a set of one's own that nobody else has seen. Nobody owns an object as a whole: an empty path is passed by. */
  insert(path: Path): void {
    const last = path.at(-1);
    if (last === undefined) return;
    const nodes = this.#nodesAbove(path, 0);
    const node = nodes.get(last);
    if (node) node.member = true;
    else nodes.set(last, { member: true, below: undefined });
  }

  /** The same for a whole part. `below` may be empty; it is shared from now on. */
  put(element: string, member: boolean, below: FieldSet | undefined): void {
    const part = below?.isEmpty === false ? below : undefined;
    const node = this.#nodes.get(element);
    if (node) {
      node.member ||= member;
      if (part) node.below = node.below ? node.below.union(part) : part;
    } else if (member || part) this.#nodes.set(element, { member, below: part });
  }

  get isEmpty(): boolean {
    return this.#nodes.size === 0;
  }

  /** Whether this one field, given by a path of one element, is a member. */
  hasMember(element: string): boolean {
    return this.#nodes.get(element)?.member === true;
  }

  has(path: Path): boolean {
    const [element, ...rest] = path;
    if (element === undefined) return false;
    return rest.length === 0 ? this.hasMember(element) : (this.below(element)?.has(rest) ?? false);
  }

  /** The members below an element, by their paths from there. */
  below(element: string): FieldSet | undefined {
    return this.#nodes.get(element)?.below;
  }

  /** In no order. */
  *elements(): Generator<readonly [element: string, member: boolean, below: FieldSet | undefined]> {
    for (const [element, { member, below }] of this.#nodes) yield [element, member, below];
  }

  /** In upstream's order. */
  sortedElements(): string[] {
    return sortedPathElements([...this.#nodes.keys()]);
  }

  union(other: FieldSet): FieldSet {
    if (this.isEmpty || this === other) return other;
    if (other.isEmpty) return this;
    const result = new FieldSet();
    for (const [element, node] of this.#nodes) result.#nodes.set(element, { ...node });
    for (const [element, { member, below }] of other.#nodes) result.put(element, member, below);
    return result;
  }

  intersection(other: FieldSet): FieldSet {
    const result = new FieldSet();
    const [small, large] = this.#nodes.size <= other.#nodes.size ? [this, other] : [other, this];
    for (const [element, node] of small.#nodes) {
      const found = large.#nodes.get(element);
      if (!found) continue;
      const below = node.below && found.below ? node.below.intersection(found.below) : undefined;
      result.put(element, node.member && found.member, below);
    }
    return result;
  }

  /** Member by member: whoever loses a field keeps what is above and below it. */
  difference(other: FieldSet): FieldSet {
    if (other.isEmpty || this.isEmpty) return this;
    return this.#without(other, (below, found) => (found.below ? below.difference(found.below) : below));
  }

  /** The same, but a field goes with all that is below it. */
  recursiveDifference(other: FieldSet): FieldSet {
    if (other.isEmpty || this.isEmpty) return this;
    return this.#without(other, (below, found) => {
      if (found.member) return undefined;
      return found.below ? below.recursiveDifference(found.below) : below;
    });
  }

  equals(other: FieldSet): boolean {
    if (this === other) return true;
    if (this.#nodes.size !== other.#nodes.size) return false;
    for (const [element, { member, below }] of this.#nodes) {
      const found = other.#nodes.get(element);
      if (found?.member !== member || (below === undefined) !== (found.below === undefined)) return false;
      if (below && found.below && !below.equals(found.below)) return false;
    }
    return true;
  }

  /** Only members with nothing below them. */
  leaves(): FieldSet {
    const result = new FieldSet();
    for (const [element, { member, below }] of this.#nodes) {
      result.put(element, member && !below, below?.leaves());
    }
    return result;
  }

  /** Each member, in upstream's order: those of a level before what is below them. */
  paths(): Path[] {
    const found: Path[] = [];
    this.#collect([], found);
    return found;
  }

  #collect(prefix: Path, found: Path[]): void {
    const elements = this.sortedElements();
    for (const element of elements) if (this.hasMember(element)) found.push([...prefix, element]);
    for (const element of elements) {
      const below = this.below(element);
      if (below) below.#collect([...prefix, element], found);
    }
  }

  /** Where the last element of a path stands. */
  #nodesAbove(path: Path, index: number): Map<string, Node> {
    const element = path[index];
    if (element === undefined || index === path.length - 1) return this.#nodes;
    let node = this.#nodes.get(element);
    if (!node) this.#nodes.set(element, (node = { member: false, below: undefined }));
    return (node.below ??= new FieldSet()).#nodesAbove(path, index + 1);
  }

  #without(other: FieldSet, rest: (below: FieldSet, found: Node) => FieldSet | undefined): FieldSet {
    const result = new FieldSet();
    let same = true;
    for (const [element, node] of this.#nodes) {
      const found = other.#nodes.get(element);
      if (!found) {
        result.#nodes.set(element, node);
        continue;
      }
      const below = node.below && rest(node.below, found);
      const member = node.member && !found.member;
      same &&= below === node.below && member === node.member;
      result.put(element, member, below);
    }
    return same ? this : result;
  }
}

/** As messages show it: `.spec.containers[name="x"].image`. */
export function pathText(path: Path): string {
  return path.map(pathElementText).join('');
}
