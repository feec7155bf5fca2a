/** Mirrors ValidateValidatingWebhookConfiguration and ValidateMutatingWebhookConfiguration, and their updates, v1.36. */
import * as field from '../../../../api/field-error.ts';
import type { FieldError, Path } from '../../../../api/field-error.ts';
import { equalJson, type JsonValue } from '../../../../api/json.ts';
import { validateLabelSelector, type LabelSelector } from '../../../../api/label-selector.ts';
import { dns1035Label, dns1123Subdomain } from '../../../../api/names.ts';
import type { KubeObject } from '../../../../api/object.ts';
import { validateWebhookService, validateWebhookUrl } from '../../../crd/webhook-config-validation.ts';
import { oneOf } from '../checks.ts';
import { viewAs } from '../view.ts';
import { validateMatchConditions } from './expression-validation.ts';
import type { StoredWebhook, StoredWebhookConfiguration } from './registration.ts';
import { failurePolicies, matchPolicies, validateRule } from './rule-validation.ts';

/** What was there before may stay, though it wouldn't be accepted any more. */
interface Tolerance {
  readonly sameConditions: boolean;
  readonly sideEffects: boolean;
  readonly reviewVersions: boolean;
  readonly repeatedNames: boolean;
}

const reviewVersions = ['v1', 'v1beta1'];
const sideEffectClasses = ['None', 'NoneOnDryRun', 'Some', 'Unknown'];
const noSideEffects = ['None', 'NoneOnDryRun'];
export const reinvocationPolicies = ['IfNeeded', 'Never'];
const timeoutSecondsMax = 30;
const nothing: Tolerance = { sameConditions: false, sideEffects: false, reviewVersions: false, repeatedNames: false };

export function validateWebhooks(object: Readonly<KubeObject>): FieldError[] {
  return validateAll(webhooksOf(object), nothing);
}

export function validateWebhooksUpdate(object: Readonly<KubeObject>, old: Readonly<KubeObject>): FieldError[] {
  const [webhooks, before] = [webhooksOf(object), webhooksOf(old)];
  const names = before.map(({ name }) => name);
  return validateAll(webhooks, {
    sameConditions:
      webhooks.length === before.length &&
      // A view of JSON is JSON.
      webhooks.every((one, index) =>
        equalJson(
          one.matchConditions as JsonValue | undefined,
          before[index]?.matchConditions as JsonValue | undefined,
        ),
      ),
    sideEffects: !before.every(({ sideEffects = '' }) => noSideEffects.includes(sideEffects)),
    reviewVersions: !before.every(({ admissionReviewVersions: given = [] }) => given.length === 0 || hasKnown(given)),
    repeatedNames: new Set(names).size < names.length,
  });
}

function webhooksOf(object: Readonly<KubeObject>): readonly StoredWebhook[] {
  return viewAs<StoredWebhookConfiguration>(object).webhooks ?? [];
}

function validateAll(webhooks: readonly StoredWebhook[], tolerated: Tolerance): FieldError[] {
  const names = new Set<string>();
  return webhooks.flatMap((webhook, index) => {
    const path = field.path('webhooks').index(index);
    const { name = '', admissionReviewVersions = [] } = webhook;
    const errors = [
      ...validateWebhook(webhook, tolerated, path),
      ...validateReviewVersions(admissionReviewVersions, tolerated, path.child('admissionReviewVersions')),
    ];
    if (!tolerated.repeatedNames && name !== '' && names.has(name)) {
      errors.push(field.duplicate(path.child('name'), name));
    }
    names.add(name);
    return errors;
  });
}

function validateWebhook(webhook: StoredWebhook, tolerated: Tolerance, path: Path): FieldError[] {
  const { name = '', rules = [], failurePolicy, matchPolicy, sideEffects, timeoutSeconds } = webhook;
  const { namespaceSelector, objectSelector, reinvocationPolicy, matchConditions = [] } = webhook;
  const allowed = tolerated.sideEffects ? sideEffectClasses : noSideEffects;
  const sideEffectsPath = path.child('sideEffects');
  const selector = (given: LabelSelector | undefined, where: Path): FieldError[] =>
    given ? validateLabelSelector(given, where) : [];
  const wrongTimeout = timeoutSeconds !== undefined && (timeoutSeconds > timeoutSecondsMax || timeoutSeconds < 1);
  const timeoutText = `the timeout value must be between 1 and ${timeoutSecondsMax} seconds`;
  return [
    ...validateFullName(name, path.child('name')),
    ...rules.flatMap((rule, index) => validateRule(rule, path.child('rules').index(index))),
    ...oneOf(failurePolicy, path.child('failurePolicy'), failurePolicies),
    ...oneOf(matchPolicy, path.child('matchPolicy'), matchPolicies),
    ...(sideEffects === undefined
      ? [field.required(sideEffectsPath, `must specify one of ${allowed.join(', ')}`)]
      : oneOf(sideEffects, sideEffectsPath, allowed)),
    ...(wrongTimeout ? [field.invalid(path.child('timeoutSeconds'), timeoutSeconds, timeoutText)] : []),
    ...selector(namespaceSelector, path.child('namespaceSelector')),
    ...selector(objectSelector, path.child('objectSelector')),
    ...oneOf(reinvocationPolicy, path.child('reinvocationPolicy'), reinvocationPolicies),
    ...validateClientConfig(webhook.clientConfig ?? {}, path.child('clientConfig')),
    ...(tolerated.sameConditions ? [] : validateMatchConditions(matchConditions, false, path.child('matchConditions'))),
  ];
}

/** Mirrors apimachinery util/validation IsFullyQualifiedName. */
function validateFullName(name: string, path: Path): FieldError[] {
  if (name === '') return [field.required(path, '')];
  const problems = dns1123Subdomain(name);
  if (problems.length > 0) return [field.invalid(path, name, problems.join(','))];
  if (name.split('.').length >= 3) return [];
  return [field.invalid(path, name, 'should be a domain with at least three segments separated by dots')];
}

function validateClientConfig({ url, service }: NonNullable<StoredWebhook['clientConfig']>, path: Path): FieldError[] {
  if ((url === undefined) === (service === undefined)) {
    return [field.required(path, 'exactly one of url or service is required')];
  }
  if (url !== undefined) return validateWebhookUrl(url, path.child('url'));
  const { name = '', namespace = '', path: urlPath, port = 0 } = service ?? {};
  return validateWebhookService({ name, namespace, path: urlPath, port }, path.child('service'));
}

function validateReviewVersions(versions: readonly string[], tolerated: Tolerance, path: Path): FieldError[] {
  const known = reviewVersions.join(', ');
  if (versions.length === 0) return [field.required(path, `must specify one of ${known}`)];
  const seen = new Set<string>();
  const errors = versions.flatMap((version, index) => {
    const where = path.index(index);
    if (seen.has(version)) return [field.invalid(where, version, 'duplicate version')];
    seen.add(version);
    return dns1035Label(version).map((problem) => field.invalid(where, version, problem));
  });
  if (tolerated.reviewVersions || hasKnown(versions)) return errors;
  return [...errors, field.invalid(path, [...versions], `must include at least one of ${known}`)];
}

function hasKnown(versions: readonly string[]): boolean {
  return versions.some((version) => reviewVersions.includes(version));
}
