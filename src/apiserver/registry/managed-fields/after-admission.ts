/** Who mutates an object may break what it says of its managers. Mirrors apiserver endpoints/handlers/fieldmanager admission.go. */
import type { JsonValue } from '../../../api/json.ts';
import type { KubeObject } from '../../../api/object.ts';
import { decodeManagedFields, ManagedFieldsError } from './entry.ts';

/** Puts back what was there `before` admission where it can't be read any more. May mutate. */
export function keepReadableManagers(object: KubeObject, before: JsonValue | undefined, warnings: string[]): void {
  const after = object.metadata['managedFields'];
  if (after === before) return;
  try {
    decodeManagedFields(after);
  } catch (error) {
    if (!(error instanceof ManagedFieldsError)) throw error;
    if (before === undefined) delete object.metadata['managedFields'];
    else object.metadata['managedFields'] = before;
    warnings.push(
      `.metadata.managedFields was in an invalid state after admission; this could be caused by an outdated mutating admission controller; please fix your requests: ${error.message}`,
    );
  }
}
