/**
 * Items of lists as they stand on the wire, kept beside what they were made of for as long as that is there: a list that the store keeps because it is asked
 * for again and again is put together once for each form.
 */

export class PackedLists<T> {
  /** `undefined`: it was asked for once. */
  readonly #packed = new WeakMap<object, Map<string, T | undefined>>();

  /** `source`: the same object for the same items. The first time, nothing is kept: most lists are never asked for again. */
  get(source: object, form: string, pack: () => T): T {
    let forms = this.#packed.get(source);
    if (!forms) this.#packed.set(source, (forms = new Map()));
    const known = forms.get(form);
    if (known !== undefined) return known;
    const packed = pack();
    forms.set(form, forms.has(form) ? packed : undefined);
    return packed;
  }
}
