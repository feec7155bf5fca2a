/** One limit against what is asked for. Mirrors the constraints of kubernetes plugin/pkg/admission/limitranger. Pure. */
import { parseQuantity, quantityText, quantityValue } from '../../api/quantity.ts';
import type { Amounts } from '../../api/quota/amounts.ts';
import type { Requirements } from '../../api/quota/pod-amounts.ts';

export interface Limit {
  readonly type: string;
  readonly min?: Amounts;
  readonly max?: Amounts;
  readonly default?: Amounts;
  readonly defaultRequest?: Amounts;
  readonly maxLimitRequestRatio?: Amounts;
}

/** What is wrong, in upstream's words. `maxOf`: what the maximum is compared with first. */
export function limitProblems(limit: Limit, asked: Requirements, maxOf: 'limit' | 'request' = 'limit'): string[] {
  const { type, min = {}, max = {}, maxLimitRequestRatio: ratios = {} } = limit;
  const requests = asked.requests ?? {};
  const limits = asked.limits ?? {};
  const check = (amounts: Amounts, problem: (name: string, amount: string) => string | undefined): string[] =>
    Object.entries(amounts).flatMap(([name, amount]) => problem(name, amount) ?? []);
  return [
    ...check(min, (name, amount) => belowMin(type, name, amount, requests[name], limits[name])),
    ...check(max, (name, amount) => aboveMax(type, name, amount, requests[name], limits[name], maxOf)),
    ...check(ratios, (name, amount) => aboveRatio(type, name, amount, requests[name], limits[name])),
  ];
}

function belowMin(type: string, name: string, min: string, request: string | undefined, limit: string | undefined) {
  const rule = `minimum ${name} usage per ${type} is ${text(min)}`;
  if (request === undefined) return `${rule}.  No request is specified`;
  if (milli(request) < milli(min)) return `${rule}, but request is ${text(request)}`;
  return limit !== undefined && milli(limit) < milli(min) ? `${rule}, but limit is ${text(limit)}` : undefined;
}

function aboveMax(
  type: string,
  name: string,
  max: string,
  request: string | undefined,
  limit: string | undefined,
  maxOf: 'limit' | 'request',
) {
  const rule = `maximum ${name} usage per ${type} is ${text(max)}`;
  if (maxOf === 'limit') {
    if (limit === undefined) return `${rule}.  No limit is specified`;
    if (milli(limit) > milli(max)) return `${rule}, but limit is ${text(limit)}`;
  } else if (request === undefined) return `${rule}.  No request is specified`;
  return request !== undefined && milli(request) > milli(max) ? `${rule}, but request is ${text(request)}` : undefined;
}

function aboveRatio(type: string, name: string, most: string, request: string | undefined, limit: string | undefined) {
  const rule = `${name} max limit to request ratio per ${type} is ${text(most)}, but`;
  if (request === undefined || milli(request) === 0) return `${rule} no request is specified or request is 0`;
  if (limit === undefined || milli(limit) === 0) return `${rule} no limit is specified or limit is 0`;
  const ratio = milli(limit) / milli(request);
  return ratio * 1000 > milli(most) ? `${rule} provided ratio is ${ratio.toFixed(6)}` : undefined;
}

function milli(quantity: string): number {
  return Number(quantityValue(parseQuantity(quantity), -3));
}

function text(quantity: string): string {
  return quantityText(parseQuantity(quantity));
}
