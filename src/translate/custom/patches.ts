/** An operator's patches, made. What they can't touch at all (names, namespaces, Sublet's marks) is refused when they are read: see `checkPatchPath`. Pure. */
import { cloneJson, type JsonObject, type JsonValue } from '../../api/json.ts';
import { ownPrefix } from '../marks.ts';
import { placesOf, type FieldPath, type Place } from './field-path.ts';
import { PatchError, type Budget, type Patch, type PatchVariables } from './rules.ts';

/** Of one value that an expression gives, as text. */
const valueLengthMax = 262_144;
/** Of a text in which something is replaced. */
const replacedLengthMax = 16_384;

/**
 * Who an object is isn't for patches to say.
 * @throws Error in words for who wrote it
 */
export function checkPatchPath({ text, steps }: FieldPath): void {
  const [first, second, third, ...more] = steps;
  const wrong = new Error(
    `"${text}" can't be patched: of an object's own data, only one label or annotation at a time, and none of Sublet's`,
  );
  if (first === 'apiVersion' || first === 'kind') throw wrong;
  if (first !== 'metadata') return;
  if ((second !== 'labels' && second !== 'annotations') || typeof third !== 'string' || more.length > 0) throw wrong;
  if (third.startsWith(ownPrefix)) throw wrong;
}

/** In place. @throws PatchError, PathError */
export function applyPatches(
  content: JsonObject,
  patches: readonly Patch[],
  variables: Omit<PatchVariables, 'value'>,
  budget: Budget,
): void {
  for (const { path, operation } of patches) {
    const make = operation.type === 'value' || operation.type === 'expression';
    for (const place of placesOf(content, path, make)) {
      switch (operation.type) {
        case 'remove':
          place.remove();
          break;
        case 'value':
          put(path, place, cloneJson(operation.value));
          break;
        case 'expression': {
          const result = operation.evaluate({ ...variables, value: place.value ?? null }, budget);
          if (JSON.stringify(result).length > valueLengthMax)
            throw new PatchError(`${path.text} would become too long`);
          put(path, place, result);
          break;
        }
        case 'replace':
          if (typeof place.value !== 'string') break;
          if (place.value.length > replacedLengthMax) throw new PatchError(`${path.text} is too long`);
          put(path, place, operation.replace(place.value));
          break;
      }
    }
  }
}

function put({ text, steps }: FieldPath, place: Place, value: JsonValue): void {
  if (value === null) return place.remove();
  if (steps[0] === 'metadata' && typeof value !== 'string') throw new PatchError(`${text} must become a text`);
  place.set(value);
}
