/** Where and how pods run that don't say, and what they may say: nodes, runtime classes, priority classes. */
import { objectAt, textAt } from '../../api/json-fields.ts';
import type { PodSpec } from '../pods/pod-view.ts';
import { listed } from './containers.ts';
import type { ClassRules, PolicyRule } from './policy.ts';

export const nodeSelector: PolicyRule = {
  adjust({ nodeSelector: forced }, spec) {
    if (!forced) return;
    // What the pod says itself comes last: where that is something else, it is refused.
    spec.nodeSelector = Object.fromEntries([...Object.entries(forced), ...Object.entries(spec.nodeSelector ?? {})]);
  },
  violations({ nodeSelector: forced = {} }, { spec }) {
    const given = objectAt(spec, 'nodeSelector');
    return Object.entries(forced)
      .filter(([key, value]) => given?.[key] !== value)
      .map(([key, value]) => ({
        field: `spec.nodeSelector[${key}]`,
        text: `"${textAt(given, key)}" can't be had: pods run on nodes with ${key}=${value}`,
      }));
  },
};

export const runtimeClasses: PolicyRule = {
  adjust({ runtimeClasses: rules }, spec, asked) {
    if (rules?.default !== undefined && !asked.runtimeClassName) spec.runtimeClassName = rules.default;
  },
  violations({ runtimeClasses: rules }, { spec, asked }) {
    const name = asked.runtimeClassName ?? '';
    if (!spec.runtimeClassName || name === '' || isAllowed(rules, name)) return [];
    return [{ field: 'spec.runtimeClassName', text: notAllowed(name, rules) }];
  },
};

export const priorityClasses: PolicyRule = {
  adjust({ priorityClasses: rules }, spec) {
    // What follows from the class is the host's to fill in.
    if (rules?.default !== undefined && !spec.priorityClassName) spec.priorityClassName = rules.default;
  },
  violations({ priorityClasses: rules }, { spec, asked }) {
    const name = spec.priorityClassName;
    // One of the tenant's own has another name there, and its own measure.
    if (name === undefined || !isSameClass(spec, asked) || isAllowed(rules, name)) return [];
    return [{ field: 'spec.priorityClassName', text: notAllowed(name, rules) }];
  },
};

function isSameClass(spec: PodSpec, asked: PodSpec): boolean {
  return spec.priorityClassName === asked.priorityClassName;
}

function isAllowed(rules: ClassRules | undefined, name: string): boolean {
  return !rules?.allowed || rules.allowed.includes(name) || rules.default === name;
}

function notAllowed(name: string, { allowed = [], default: given }: ClassRules = {}): string {
  return `${JSON.stringify(name)} is not allowed; ${listed([...new Set([...allowed, ...(given === undefined ? [] : [given])])])} may be used`;
}
