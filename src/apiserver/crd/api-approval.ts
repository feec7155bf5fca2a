/**
 * Groups of the Kubernetes community are marked with the approval of their API. Mirrors apiextensions-apiserver pkg/apihelpers and
 * pkg/controller/apiapproval.
 */
import { goQuote } from '../../api/go-text.ts';
import type { Condition } from './conditions.ts';

export const approvalAnnotation = 'api-approved.kubernetes.io';

export type Approval = 'approved' | 'bypassed' | 'missing' | 'invalid';

export interface ApprovalState {
  readonly approval: Approval;
  readonly reason: string;
}

export function isProtectedGroup(group: string): boolean {
  return /(^|\.)(k8s|kubernetes)\.io$/.test(group);
}

export function approvalOf(annotations: Readonly<Record<string, string>> | undefined): ApprovalState {
  const value = annotations?.[approvalAnnotation] ?? '';
  const see = 'see https://github.com/kubernetes/enhancements/pull/1111';
  const must = `protected groups must have approval annotation ${goQuote(approvalAnnotation)}`;
  if (value === '') return { approval: 'missing', reason: `${must}, ${see}` };
  if (value.startsWith('unapproved')) return { approval: 'bypassed', reason: `not approved: ${goQuote(value)}` };
  if (/^[A-Za-z][-A-Za-z0-9+.]*:\/\/[^/?\s]+/.test(value))
    return { approval: 'approved', reason: `approved in ${value}` };
  return { approval: 'invalid', reason: `${must} with either a URL or a reason starting with "unapproved", ${see}` };
}

const reasons: Readonly<Record<Approval, string>> = {
  approved: 'ApprovedAnnotation',
  bypassed: 'UnapprovedAnnotation',
  missing: 'MissingAnnotation',
  invalid: 'InvalidAnnotation',
};

/** `undefined`: the group needs no approval. */
export function approvalCondition(
  group: string,
  annotations: Readonly<Record<string, string>> | undefined,
): Condition | undefined {
  if (!isProtectedGroup(group)) return undefined;
  const { approval, reason } = approvalOf(annotations);
  return {
    type: 'KubernetesAPIApprovalPolicyConformant',
    status: approval === 'approved' ? 'True' : 'False',
    reason: reasons[approval],
    message: reason,
  };
}
