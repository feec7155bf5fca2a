/**
 * What a definition's status is to be, from its spec and the names that others have. Pure. Mirrors the naming, establishing, apiapproval
 * and nonstructuralschema controllers of apiextensions-apiserver, in one step where upstream takes several.
 */
import { fieldErrorsText } from '../../api/field-error.ts';
import { equalJson, type JsonObject } from '../../api/json.ts';
import { objectAt, textAt } from '../../api/json-fields.ts';
import type { KubeObject } from '../../api/object.ts';
import { approvalCondition } from './api-approval.ts';
import { findCondition, isTrue, removeCondition, sameCondition, setCondition, type Condition } from './conditions.ts';
import type { Names } from './definition.ts';
import { acceptNames } from './naming.ts';
import { structuralViolations } from './structural-violations.ts';

/** `undefined`: it is as it should be. `taken`: the accepted names of all definitions of the group. */
export function plannedStatus(
  object: Readonly<KubeObject>,
  taken: readonly Names[],
  now: number,
): JsonObject | undefined {
  // Objects are plain JSON.
  const spec = objectAt(object as JsonObject, 'spec') ?? {};
  const before = objectAt(object as JsonObject, 'status') ?? {};
  const status = { ...before };
  const approval = approvalCondition(textAt(spec, 'group'), object.metadata.annotations);
  if (approval && !sameCondition(findCondition(status, approval.type), approval)) setCondition(status, approval, now);
  setStructural(status, spec, now);
  const naming = acceptNames(spec, status, taken);
  if (naming) {
    status['acceptedNames'] = naming.acceptedNames;
    if (!sameCondition(findCondition(status, 'NamesAccepted'), naming.condition)) {
      setCondition(status, naming.condition, now);
    }
  }
  const established = establishedCondition(spec, status);
  if (established && !sameCondition(findCondition(status, 'Established'), established)) {
    setCondition(status, established, now);
  }
  return equalJson(status, before) ? undefined : status;
}

/** `undefined`: it stays. Once established, always established. */
function establishedCondition(spec: JsonObject, status: JsonObject): Condition | undefined {
  if (isTrue(status, 'Established')) return undefined;
  const type = 'Established';
  if (!isTrue(status, 'NamesAccepted')) {
    if (findCondition(status, type)) return undefined;
    return { type, status: 'False', reason: 'NotAccepted', message: 'not all names are accepted' };
  }
  if (hasBadAuthorities(spec)) {
    const message = 'The conversion webhook CABundle is invalid';
    return { type, status: 'False', reason: 'InvalidCABundle', message };
  }
  const message = 'the initial names have been accepted';
  return { type, status: 'True', reason: 'InitialNamesAccepted', message };
}

/** Mirrors webhook.ValidateCABundle: certificates are looked at where they are used. */
function hasBadAuthorities(spec: JsonObject): boolean {
  const client = objectAt(objectAt(objectAt(spec, 'conversion'), 'webhook'), 'clientConfig');
  const bundle = textAt(client, 'caBundle');
  return bundle !== '' && !Buffer.from(bundle, 'base64').toString().includes('-----BEGIN CERTIFICATE-----');
}

function setStructural(status: JsonObject, spec: JsonObject, now: number): void {
  const present = findCondition(status, 'NonStructuralSchema');
  // What validation has let pass is structural, but for definitions of old.
  const errors = spec['preserveUnknownFields'] === true || present ? structuralViolations(spec) : [];
  if (errors.length === 0) {
    if (present) removeCondition(status, 'NonStructuralSchema');
    return;
  }
  const condition: Condition = {
    type: 'NonStructuralSchema',
    status: 'True',
    reason: 'Violations',
    message: fieldErrorsText(errors),
  };
  if (!sameCondition(present, condition)) setCondition(status, condition, now);
}
