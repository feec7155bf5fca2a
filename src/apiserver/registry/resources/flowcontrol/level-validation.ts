/** Mirrors pkg/apis/flowcontrol/validation, v1.36: priority levels. */
import * as field from '../../../../api/field-error.ts';
import type { FieldError, Path } from '../../../../api/field-error.ts';
import { equalJson, type JsonObject } from '../../../../api/json.ts';
import { objectAt, textAt } from '../../../../api/json-fields.ts';
import type { KubeObject } from '../../../../api/object.ts';
import { jsonOf } from '../fields.ts';
import { priorityLevels } from './bootstrap-objects.ts';
import { validateFlowConditions } from './flow-validation.ts';

const queuesMax = 10_000_000;
const entropyBitsMax = 60;
const roundTripAnnotation = 'flowcontrol.k8s.io/v1beta3-preserve-zero-concurrency-shares';

export function validatePriorityLevel(object: Readonly<KubeObject>): FieldError[] {
  const spec = objectAt(jsonOf(object), 'spec') ?? {};
  const name = object.metadata.name ?? '';
  const path = field.path('spec');
  const marked = object.metadata.annotations?.[roundTripAnnotation] !== undefined;
  return [
    ...(marked
      ? [field.forbidden(field.path('metadata', 'annotations'), `annotation '${roundTripAnnotation}' is forbidden`)]
      : []),
    ...specErrors(spec, name, path),
    ...fixedErrors(spec, name, path),
    ...validateFlowConditions(object),
  ];
}

function fixedErrors(spec: JsonObject, name: string, path: Path): FieldError[] {
  const fixed = priorityLevels.find((one) => one.mandatory && one.name === name);
  if (!fixed) return [];
  if (name !== 'exempt') {
    return equalJson(spec, fixed.spec)
      ? []
      : [field.invalid(path, spec, `spec of '${name}' must equal the fixed value`)];
  }
  const { exempt: _own, ...rest } = spec;
  const { exempt: _fixed, ...fixedRest } = fixed.spec;
  const text = `spec of '${name}' except the 'spec.exempt' field must equal the fixed value`;
  return equalJson(rest, fixedRest) ? [] : [field.invalid(path, spec, text)];
}

function specErrors(spec: JsonObject, name: string, path: Path): FieldError[] {
  const type = textAt(spec, 'type');
  const [limited, exempt] = [objectAt(spec, 'limited'), objectAt(spec, 'exempt')];
  const misnamed =
    (name === 'exempt') === (type === 'Exempt')
      ? []
      : [field.invalid(path.child('type'), type, "must be 'Exempt' if and only if `name` is 'exempt'")];
  if (type === 'Exempt') {
    return [
      ...misnamed,
      ...(limited ? [field.forbidden(path.child('limited'), 'must be nil if the type is not Limited')] : []),
      ...(exempt ? shareErrors(exempt, path.child('exempt')) : []),
    ];
  }
  if (type === 'Limited') {
    return [
      ...misnamed,
      ...(exempt ? [field.forbidden(path.child('exempt'), 'must be nil if the type is Limited')] : []),
      ...(limited
        ? limitedErrors(limited, path.child('limited'))
        : [field.required(path.child('limited'), 'must not be empty when type is Limited')]),
    ];
  }
  const typePath = path.child('type');
  return [
    ...misnamed,
    type === '' ? field.required(typePath, '') : field.notSupported(typePath, type, ['Exempt', 'Limited']),
  ];
}

function numberAt(object: JsonObject | undefined, name: string): number | undefined {
  const value = object?.[name];
  return typeof value === 'number' ? value : undefined;
}

function sharesErrors(object: JsonObject, path: Path): FieldError[] {
  const shares = numberAt(object, 'nominalConcurrencyShares') ?? 0;
  return shares < 0
    ? [field.invalid(path.child('nominalConcurrencyShares'), shares, 'must be a non-negative integer')]
    : [];
}

function lendableErrors(object: JsonObject, path: Path): FieldError[] {
  const percent = numberAt(object, 'lendablePercent') ?? 0;
  return percent >= 0 && percent <= 100
    ? []
    : [field.invalid(path.child('lendablePercent'), percent, 'must be between 0 and 100, inclusive')];
}

function shareErrors(object: JsonObject, path: Path): FieldError[] {
  return [...sharesErrors(object, path), ...lendableErrors(object, path)];
}

function limitedErrors(limited: JsonObject, path: Path): FieldError[] {
  const borrowing = numberAt(limited, 'borrowingLimitPercent') ?? 0;
  return [
    ...sharesErrors(limited, path),
    ...responseErrors(objectAt(limited, 'limitResponse'), path.child('limitResponse')),
    ...lendableErrors(limited, path),
    ...(borrowing < 0
      ? [field.invalid(path.child('borrowingLimitPercent'), borrowing, 'if specified, must be a non-negative integer')]
      : []),
  ];
}

function responseErrors(response: JsonObject | undefined, path: Path): FieldError[] {
  const type = textAt(response, 'type');
  const queuing = objectAt(response, 'queuing');
  const queuingPath = path.child('queuing');
  if (type === 'Reject') {
    return queuing ? [field.forbidden(queuingPath, 'must be nil if limited.limitResponse.type is not Limited')] : [];
  }
  if (type === 'Queue') {
    return queuing
      ? queuingErrors(queuing, queuingPath)
      : [field.required(queuingPath, 'must not be empty if limited.limitResponse.type is Limited')];
  }
  const typePath = path.child('type');
  return [type === '' ? field.required(typePath, '') : field.notSupported(typePath, type, ['Queue', 'Reject'])];
}

function queuingErrors(queuing: JsonObject, path: Path): FieldError[] {
  const number = (name: string): number => numberAt(queuing, name) ?? 0;
  const [length, queues, hand] = [number('queueLengthLimit'), number('queues'), number('handSize')];
  const positive = (name: string, value: number): FieldError[] =>
    value <= 0 ? [field.invalid(path.child(name), value, 'must be positive')] : [];
  return [
    ...positive('queueLengthLimit', length),
    ...positive('queues', queues),
    ...(queues > queuesMax
      ? [field.invalid(path.child('queues'), queues, `must not be greater than ${queuesMax}`)]
      : []),
    ...positive('handSize', hand),
    ...(hand > 0 ? handErrors(hand, queues, path.child('handSize')) : []),
  ];
}

function handErrors(hand: number, queues: number, path: Path): FieldError[] {
  if (hand > queues) return [field.invalid(path, hand, `should not be greater than queues (${queues})`)];
  if (Math.ceil(Math.log2(queues) * hand) <= entropyBitsMax) return [];
  const text = `required entropy bits of deckSize ${queues} and handSize ${hand} should not be greater than ${entropyBitsMax}`;
  return [field.invalid(path, hand, text)];
}
