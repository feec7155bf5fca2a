/** How much pods may have, and what containers ask for that don't say. Defaults are on the host only. */
import { objectAt, objectsAt, textAt } from '../../api/json-fields.ts';
import type { JsonObject } from '../../api/json.ts';
import { compareQuantities, parseQuantity, QuantityError } from '../../api/quantity.ts';
import { podAmounts } from '../../api/quota/pod-amounts.ts';
import { allContainers } from './containers.ts';
import type { Amounts, PolicyRule, Violation } from './policy.ts';

type Kind = 'requests' | 'limits';

export const resources: PolicyRule = {
  adjust({ resources: rules }, spec) {
    if (!rules) return;
    const whole = objectAt(spec, 'resources');
    for (const { list, container } of allContainers(spec)) {
      // They have no resources of their own.
      if (list === 'ephemeralContainers') continue;
      const own = objectAt(container, 'resources') ?? {};
      const limits = filled(own, 'limits', rules.defaultLimits, whole, (name, amount) =>
        larger(amount, textAt(objectAt(own, 'requests'), name)),
      );
      // A request that is missing is as large as the limit, where there is one: hosts fill it in so.
      const requests = filled(own, 'requests', rules.defaultRequests, whole, (name, amount) =>
        smaller(amount, textAt(limits, name)),
      );
      const both = { ...own, ...(limits ? { limits } : {}), ...(requests ? { requests } : {}) };
      if (Object.keys(both).length > 0) container['resources'] = both;
    }
  },
  violations({ resources: rules }, { spec }) {
    if (!rules) return [];
    return [...containerViolations(spec, rules.containerMax ?? {}), ...podViolations(spec, rules.podMax ?? {})];
  },
};

/** `resources[kind]` with what is missing of the defaults; `undefined`: there is nothing to be said. */
function filled(
  own: JsonObject,
  kind: Kind,
  defaults: Amounts = {},
  whole: JsonObject | undefined,
  fitted: (name: string, amount: string) => string,
): JsonObject | undefined {
  const present = objectAt(own, kind);
  // Said of the pod as a whole, it needn't be said of a container.
  const missing = Object.entries(defaults).filter(
    ([name]) => !Object.hasOwn(present ?? {}, name) && !Object.hasOwn(objectAt(whole, kind) ?? {}, name),
  );
  if (missing.length === 0) return present;
  return { ...present, ...Object.fromEntries(missing.map(([name, amount]) => [name, fitted(name, amount)])) };
}

/** What everything uses, whether it asks for it or not. */
const used = new Set(['cpu', 'memory', 'ephemeral-storage']);

function containerViolations(spec: JsonObject, most: Amounts): readonly Violation[] {
  const whole = objectAt(objectAt(spec, 'resources'), 'limits');
  return allContainers(spec).flatMap(({ field, list, container }) => {
    if (list === 'ephemeralContainers') return [];
    const own = objectAt(container, 'resources');
    return Object.entries(most).flatMap(([name, max]) => {
      const limit = textAt(objectAt(own, 'limits'), name) || textAt(whole, name);
      const wrong = (['requests', 'limits'] as const)
        .map((kind) => [kind, textAt(objectAt(own, kind), name) || (kind === 'limits' ? limit : '')] as const)
        .filter(([, amount]) => amount !== '' && isAbove(amount, max))
        .map(([kind, amount]) => ({ field: `${field}.resources.${kind}`, text: tooMuch(name, amount, max) }));
      if (limit !== '' || !used.has(name)) return wrong;
      return [...wrong, { field: `${field}.resources.limits`, text: `${name} must have a limit, of ${max} at most` }];
    });
  });
}

function podViolations(spec: JsonObject, most: Amounts): readonly Violation[] {
  if (Object.keys(most).length === 0) return [];
  const unlimited = (name: string): boolean =>
    used.has(name) &&
    textAt(objectAt(objectAt(spec, 'resources'), 'limits'), name) === '' &&
    [...objectsAt(spec, 'containers'), ...objectsAt(spec, 'initContainers')].some(
      (container) => textAt(objectAt(objectAt(container, 'resources'), 'limits'), name) === '',
    );
  const missing = Object.entries(most)
    .filter(([name]) => unlimited(name))
    .map(([name, max]) => ({
      field: 'spec.resources.limits',
      text: `${name} must have a limit, of ${max} at most in all: of the pod, or of each container`,
    }));
  const amounts = (['requests', 'limits'] as const).flatMap((kind) => {
    const asked = amountsOf(spec, kind);
    return Object.entries(most)
      .map(([name, max]) => ({ name, max, amount: asked?.[name] ?? '' }))
      .filter(({ amount, max }) => asked === undefined || (amount !== '' && isAbove(amount, max)))
      .map(({ name, max, amount }) => ({
        field: 'spec',
        text: asked ? `${kind} of its containers together: ${tooMuch(name, amount, max)}` : `${kind} are no quantities`,
      }));
  });
  return [...missing, ...amounts];
}

/** `undefined`: what is asked for are no quantities. */
function amountsOf(spec: JsonObject, kind: Kind): Amounts | undefined {
  try {
    // The class of a pod adds its overhead; that is the operator's own doing.
    const { overhead: _overhead, ...rest } = spec;
    return podAmounts(rest, kind);
  } catch (error) {
    if (error instanceof QuantityError || error instanceof TypeError) return undefined;
    throw error;
  }
}

function tooMuch(name: string, amount: string, max: string): string {
  return `${name} of ${amount} is more than the ${max} that may be had`;
}

/** What is no quantity is too much. */
function isAbove(amount: string, max: string): boolean {
  const compared = compare(amount, max);
  return compared === undefined || compared > 0;
}

function larger(left: string, right: string): string {
  return right !== '' && (compare(left, right) ?? 1) < 0 ? right : left;
}

function smaller(left: string, right: string): string {
  return right !== '' && (compare(left, right) ?? -1) > 0 ? right : left;
}

function compare(left: string, right: string): number | undefined {
  try {
    return compareQuantities(parseQuantity(left), parseQuantity(right));
  } catch (error) {
    if (error instanceof QuantityError) return undefined;
    throw error;
  }
}
