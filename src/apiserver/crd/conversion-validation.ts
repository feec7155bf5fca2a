/** Mirrors apiextensions validation validateCustomResourceConversion. */
import * as field from '../../api/field-error.ts';
import type { FieldError, Path } from '../../api/field-error.ts';
import type { JsonObject } from '../../api/json.ts';
import { objectAt, textAt } from '../../api/json-fields.ts';
import { dns1035Label } from '../../api/names.ts';
import { textsAt } from './definition.ts';
import { validateWebhookService, validateWebhookUrl } from './webhook-config-validation.ts';

export interface ConversionValidationOptions {
  readonly requireKnownReviewVersion: boolean;
  readonly allowBadAuthorities: boolean;
}

const strategies = ['None', 'Webhook'];

export function validateConversion(
  conversion: JsonObject | undefined,
  path: Path,
  options: ConversionValidationOptions,
): FieldError[] {
  if (!conversion) return [];
  const strategy = textAt(conversion, 'strategy');
  const errors = validateStrategy(strategy, path.child('strategy'));
  const webhook = objectAt(conversion, 'webhook');
  const client = objectAt(webhook, 'clientConfig');
  const reviewVersions = textsAt(webhook, 'conversionReviewVersions');
  const at = path.child('webhookClientConfig');
  if (strategy !== 'Webhook') {
    const text = 'should not be set when strategy is not set to Webhook';
    if (client) errors.push(field.forbidden(at, text));
    if (reviewVersions.length > 0) errors.push(field.forbidden(path.child('conversionReviewVersions'), text));
    return errors;
  }
  if (client) errors.push(...validateClient(client, at, options));
  else errors.push(field.required(at, 'required when strategy is set to Webhook'));
  const versionsAt = path.child('conversionReviewVersions');
  return [...errors, ...validateReviewVersions(reviewVersions, versionsAt, options.requireKnownReviewVersion)];
}

function validateStrategy(strategy: string, path: Path): FieldError[] {
  if (strategy === '') return [field.required(path, '')];
  return strategies.includes(strategy) ? [] : [field.notSupported(path, strategy, strategies)];
}

function validateClient(client: JsonObject, path: Path, options: ConversionValidationOptions): FieldError[] {
  const { url } = client;
  const service = objectAt(client, 'service');
  const errors: FieldError[] = [];
  if ((url === undefined) === (service === undefined)) {
    errors.push(field.required(path, 'exactly one of url or service is required'));
  } else if (typeof url === 'string') errors.push(...validateWebhookUrl(url, path.child('url')));
  else if (service) {
    const { path: servicePath, port } = service;
    const reference = {
      // Upstream hands the two over the other way round, so their errors are each other's.
      name: textAt(service, 'namespace'),
      namespace: textAt(service, 'name'),
      path: typeof servicePath === 'string' ? servicePath : undefined,
      port: typeof port === 'number' ? port : 0,
    };
    errors.push(...validateWebhookService(reference, path.child('service')));
  }
  const bundle = textAt(client, 'caBundle');
  if (bundle === '' || options.allowBadAuthorities) return errors;
  if (Buffer.from(bundle, 'base64').toString().includes('-----BEGIN CERTIFICATE-----')) return errors;
  const text = 'unable to load root certificates: unable to parse bytes as PEM block';
  return [...errors, field.invalid(path.child('caBundle'), bundle, text)];
}

function validateReviewVersions(versions: readonly string[], path: Path, requireKnown: boolean): FieldError[] {
  if (versions.length === 0) return [field.required(path, '')];
  const errors: FieldError[] = [];
  const seen = new Set<string>();
  for (const [index, version] of versions.entries()) {
    const at = path.index(index);
    if (seen.has(version)) errors.push(field.invalid(at, version, 'duplicate version'));
    else for (const problem of dns1035Label(version)) errors.push(field.invalid(at, version, problem));
    seen.add(version);
  }
  if (requireKnown && !seen.has('v1') && !seen.has('v1beta1')) {
    errors.push(field.invalid(path, [...versions], 'must include at least one of v1, v1beta1'));
  }
  return errors;
}
