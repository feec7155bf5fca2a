/**
 * Which code answers a subresource. A file of its own for each that is no part of its object; the parts (`/status`, `/finalize`…) are
 * updated and patched like the object.
 */
import { createBinding } from './binding.ts';
import { createEviction } from './eviction.ts';
import { getVerb } from './get.ts';
import { patchVerb } from './patch.ts';
import { getScale, patchScale, updateScale } from './scale.ts';
import { updateVerb } from './update.ts';
import type { VerbHandler } from './verb.ts';

/** By `group/resource/subresource` (`*` for any group and resource), then by verb; `connect` stands for all verbs. */
export type SubresourceHandlers = Readonly<Record<string, Readonly<Record<string, VerbHandler>>>>;

const part = { get: getVerb, update: updateVerb, patch: patchVerb };

export const subresourceHandlers: SubresourceHandlers = {
  '*/*/status': part,
  '*/*/scale': { get: getScale, update: updateScale, patch: patchScale },
  '/namespaces/finalize': part,
  '/pods/ephemeralcontainers': part,
  '/pods/resize': part,
  '/pods/binding': { create: createBinding },
  '/pods/eviction': { create: createEviction },
  'certificates.k8s.io/certificatesigningrequests/approval': part,
};
