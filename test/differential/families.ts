/** All families of cases, by the test that runs them. */
import { aggregation } from './cases/aggregation.ts';
import { applyCases } from './cases/apply.ts';
import { authentication } from './cases/authentication.ts';
import { autoscaling } from './cases/autoscaling.ts';
import { bodies } from './cases/bodies.ts';
import { certificates } from './cases/certificates.ts';
import { connectionCases } from './cases/connections.ts';
import { concurrency } from './cases/concurrency.ts';
import { deletion } from './cases/deletion.ts';
import { events } from './cases/events.ts';
import { fieldTypes } from './cases/field-types.ts';
import { fieldValidation } from './cases/field-validation.ts';
import { flowControl } from './cases/flow-control.ts';
import { health } from './cases/health.ts';
import { identity } from './cases/identity.ts';
import { impersonation } from './cases/impersonation.ts';
import { kinds } from './cases/kinds.ts';
import { listOptions } from './cases/list-options.ts';
import { metadata, sizes } from './cases/metadata.ts';
import { names } from './cases/names.ts';
import { negotiation } from './cases/negotiation.ts';
import { patches } from './cases/patches.ts';
import { podParts } from './cases/pod-parts.ts';
import { podCases } from './cases/pods.ts';
import { podSecurity } from './cases/pod-security.ts';
import { requestHeader } from './cases/request-header.ts';
import { tokens } from './cases/tokens.ts';
import { urls } from './cases/urls.ts';
import type { Family } from './case.ts';

/** What no client should send. */
export const badInput: readonly Family[] = [
  bodies,
  fieldTypes,
  fieldValidation,
  identity,
  names,
  metadata,
  sizes,
  negotiation,
  listOptions,
  urls,
  authentication,
];

/** Who asks, and as whom. */
export const identities: readonly Family[] = [impersonation, requestHeader, tokens, certificates];

/** What other servers serve. */
export const aggregations: readonly Family[] = [aggregation];

/** What is written and deleted, rightly and wrongly, and what is particular to some kinds. */
export const crud: readonly Family[] = [
  health,
  events,
  flowControl,
  concurrency,
  patches,
  applyCases,
  deletion,
  podCases,
  connectionCases,
  podParts,
  podSecurity,
  autoscaling,
  kinds,
];
