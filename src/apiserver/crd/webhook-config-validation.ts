/** Where a webhook is. Mirrors apiserver pkg/util/webhook validation.go. */
import * as field from '../../api/field-error.ts';
import type { FieldError, Path } from '../../api/field-error.ts';
import { dns1123Subdomain, portNumber } from '../../api/names.ts';

const form = '; desired format: https://host[/path]';

/** Only `https` will do. */
export function validateWebhookUrl(text: string, path: Path): FieldError[] {
  const parts = /^(?:([A-Za-z][-A-Za-z0-9+.]*):)?(?:\/\/([^/?#]*))?([^?#]*)(?:\?([^#]*))?(?:#(.*))?$/s.exec(text);
  // oxlint-disable-next-line no-control-regex -- Go's parser refuses them
  if (!parts || /[\x00-\x1f\x7f]/.test(text)) {
    const problem = `parse ${JSON.stringify(text)}: net/url: invalid control character in URL`;
    return [field.required(path, `url must be a valid URL: ${problem}${form}`)];
  }
  const [, scheme = '', authority = '', , query = '', fragment = ''] = parts;
  const at = authority.lastIndexOf('@');
  const host = authority.slice(at + 1);
  const errors: FieldError[] = [];
  if (scheme.toLowerCase() !== 'https') {
    errors.push(field.invalid(path, scheme.toLowerCase(), `'https' is the only allowed URL scheme${form}`));
  }
  if (host === '') errors.push(field.invalid(path, host, `host must be specified${form}`));
  if (at >= 0) {
    errors.push(field.invalid(path, authority.slice(0, at), 'user information is not permitted in the URL'));
  }
  if (fragment !== '') errors.push(field.invalid(path, fragment, 'fragments are not permitted in the URL'));
  if (query !== '') errors.push(field.invalid(path, query, 'query parameters are not permitted in the URL'));
  return errors;
}

export interface WebhookService {
  readonly name: string;
  readonly namespace: string;
  readonly path: string | undefined;
  readonly port: number;
}

export function validateWebhookService(
  { name, namespace, path: urlPath, port }: WebhookService,
  path: Path,
): FieldError[] {
  const errors: FieldError[] = [];
  if (name === '') errors.push(field.required(path.child('name'), ''));
  if (namespace === '') errors.push(field.required(path.child('namespace'), ''));
  const problems = portNumber(port);
  if (problems.length > 0) {
    errors.push(field.invalid(path.child('port'), port, `port is not valid: ${problems.join(', ')}`));
  }
  if (urlPath === undefined || urlPath === '' || urlPath === '/') return errors;
  const at = path.child('path');
  if (urlPath === '//') return [...errors, field.invalid(at, urlPath, 'segment[0] may not be empty')];
  if (!urlPath.startsWith('/')) errors.push(field.invalid(at, urlPath, "must start with a '/'"));
  const steps = urlPath.slice(1).replace(/\/$/, '').split('/');
  for (const [index, step] of steps.entries()) {
    if (step === '') errors.push(field.invalid(at, urlPath, `segment[${index}] may not be empty`));
    else {
      for (const problem of dns1123Subdomain(step)) {
        errors.push(field.invalid(at, urlPath, `segment[${index}]: ${problem}`));
      }
    }
  }
  return errors;
}
