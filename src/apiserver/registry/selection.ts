/** Which objects a list or watch is about: label and field selectors. Mirrors apiserver storage SelectionPredicate. */
import { matchesFields, requiredFieldValue, type FieldRequirements } from '../../api/field-selector.ts';
import { matchesLabels, type LabelRequirements } from '../../api/label-requirement.ts';
import type { KubeObject } from '../../api/object.ts';
import type { ServedResource } from './served-resource.ts';
import type { StoredObject } from './stored-object.ts';

export interface Selection {
  readonly labels: LabelRequirements;
  readonly fields: FieldRequirements;
}

export const everything: Selection = { labels: [], fields: [] };

export function selectsEverything({ labels, fields }: Selection): boolean {
  return labels.length === 0 && fields.length === 0;
}

/** Decodes the object only when the selection asks for something. `object` is in stored form. */
export function matchesSelection(resource: ServedResource, selection: Selection, stored: StoredObject): boolean {
  if (selectsEverything(selection)) return true;
  const { object } = stored;
  if (!matchesLabels(selection.labels, object.metadata.labels)) return false;
  return selection.fields.length === 0 || matchesFields(selection.fields, fieldsOf(resource, object));
}

/** The name that all objects of the selection have, if there is one. */
export function selectedName({ fields }: Selection): string | undefined {
  return requiredFieldValue(fields, 'metadata.name');
}

export function selectedNamespace({ fields }: Selection): string | undefined {
  return requiredFieldValue(fields, 'metadata.namespace');
}

/** What field selectors see of an object in stored form. */
export function fieldsOf(resource: ServedResource, object: Readonly<KubeObject>): Readonly<Record<string, string>> {
  return {
    'metadata.name': object.metadata.name ?? '',
    'metadata.namespace': object.metadata.namespace ?? '',
    ...resource.definition?.selectableFields?.(object),
  };
}
