/** The level of the Pod Security Standards, and the seccomp profile that brings pods nearer to it. */
import { ensureObject, objectAt, textAt } from '../../api/json-fields.ts';
import { findingsText, securityFindings } from '../../api/pod-security/findings.ts';
import { standardText } from '../../api/pod-security/standard.ts';
import type { PolicyRule } from './policy.ts';

export const podSecurity: PolicyRule = {
  violations({ podSecurity: standard }, pod) {
    if (!standard) return [];
    const findings = securityFindings(standard, pod);
    if (findings.length === 0) return [];
    return [{ field: '', text: `violates PodSecurity "${standardText(standard)}": ${findingsText(findings)}` }];
  },
};

export const seccompDefault: PolicyRule = {
  adjust({ seccompDefault: type }, spec) {
    if (type === undefined || textAt(objectAt(spec, 'os'), 'name') === 'windows') return;
    const context = ensureObject(spec, 'securityContext');
    if (!objectAt(context, 'seccompProfile')) context['seccompProfile'] = { type };
  },
  violations: () => [],
};
