/** Mirrors validatePodDNSConfig and ValidateHostAliases, v1.36. */
import * as field from '../../../../../api/field-error.ts';
import type { FieldError, Path } from '../../../../../api/field-error.ts';
import { nameLengthMax } from '../../../../../api/names.ts';
import { messages, subdomain } from '../../checks.ts';
import { ipAddress } from '../../ip-addresses.ts';
import type { PodSpec } from './pod-spec-view.ts';

const nameserversMax = 3;
const searchPathsMax = 32;
const searchCharactersMax = 2048;

export function validateDnsConfig({ dnsPolicy, dnsConfig }: PodSpec, path: Path): FieldError[] {
  if (dnsPolicy === 'None') {
    if (!dnsConfig) return [field.required(path, 'must provide `dnsConfig` when `dnsPolicy` is None')];
    if ((dnsConfig.nameservers?.length ?? 0) === 0) {
      const text = 'must provide at least one DNS nameserver when `dnsPolicy` is None';
      return [field.required(path.child('nameservers'), text)];
    }
  }
  const { nameservers = [], searches = [], options = [] } = dnsConfig ?? {};
  const errors: FieldError[] = [];
  if (nameservers.length > nameserversMax) {
    const text = `must not have more than ${nameserversMax} nameservers`;
    errors.push(field.invalid(path.child('nameservers'), [...nameservers], text));
  }
  errors.push(...nameservers.flatMap((server, index) => ipAddress(server, path.child('nameservers').index(index))));
  if (searches.length > searchPathsMax) {
    const text = `must not have more than ${searchPathsMax} search paths`;
    errors.push(field.invalid(path.child('searches'), [...searches], text));
  }
  if (searches.join(' ').length > searchCharactersMax) {
    const text = `must not have more than ${searchCharactersMax} characters (including spaces) in the search list`;
    errors.push(field.invalid(path.child('searches'), [...searches], text));
  }
  for (const [index, search] of searches.entries()) {
    if (search === '.') continue;
    const name = search.replace(/\.$/, '');
    errors.push(...messages(path.child('searches').index(index), name, underscoredSubdomain(name)));
  }
  for (const [index, { name = '' }] of options.entries()) {
    if (name === '') errors.push(field.required(path.child('options').index(index), 'must not be empty'));
  }
  return errors;
}

export function validateHostAliases(aliases: NonNullable<PodSpec['hostAliases']>, path: Path): FieldError[] {
  return aliases.flatMap(({ ip = '', hostnames = [] }, index) => [
    ...ipAddress(ip, path.index(index).child('ip')),
    ...hostnames.flatMap((name, place) => subdomain(name, path.index(index).child('hostnames').index(place))),
  ]);
}

const underscored = '_?[a-z0-9]([-_a-z0-9]*[a-z0-9])?';
const pattern = `${underscored}(\\.${underscored})*`;
const compiled = new RegExp(`^${pattern}$`);

function underscoredSubdomain(name: string): string[] {
  const texts: string[] = [];
  if (name.length > nameLengthMax) texts.push(`must be no more than ${nameLengthMax} characters`);
  if (!compiled.test(name)) {
    const rule =
      "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '_', '-' or '.', and must start and end with an alphanumeric character";
    texts.push(`${rule} (e.g. 'example.com', regex used for validation is '${pattern}')`);
  }
  return texts;
}
