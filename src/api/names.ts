/**
 * Which names are allowed. Every rule returns upstream's messages; an empty list: the value is fine. Lengths are bytes, as in Go.
 * Mirrors apimachinery util/validation, api/validate/content and api/validation.
 */

export const nameLengthMax = 253;
const labelLengthMax = 63;

const label = '[a-z0-9]([-a-z0-9]*[a-z0-9])?';
const subdomain = `${label}(\\.${label})*`;
const dns1035 = '[a-z]([-a-z0-9]*[a-z0-9])?';
const labelKey = '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]';
const labelValue = `(${labelKey})?`;
const cIdentifier = '[A-Za-z_][A-Za-z0-9_]*';
const envVar = '[-._a-zA-Z][-._a-zA-Z0-9]*';
const configMapKey = '[-._a-zA-Z0-9]+';
const percent = '[0-9]+%';
const httpHeader = '[-A-Za-z0-9]+';
const wildcardSubdomain = `\\*\\.${subdomain}`;

const labelPattern = whole(label);
const subdomainPattern = whole(subdomain);
const dns1035Pattern = whole(dns1035);
const labelKeyPattern = whole(labelKey);
const labelValuePattern = whole(labelValue);
const cIdentifierPattern = whole(cIdentifier);
const envVarPattern = whole(envVar);
const configMapKeyPattern = whole(configMapKey);
const percentPattern = whole(percent);
const httpHeaderPattern = whole(httpHeader);
const wildcardSubdomainPattern = whole(wildcardSubdomain);

const labelText =
  "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character";
const subdomainText =
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character";
const dns1035Text =
  "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character";
const wildcardText =
  "a wildcard DNS-1123 subdomain must start with '*.', followed by a valid DNS subdomain, which must consist of lower case alphanumeric characters, '-' or '.' and end with an alphanumeric character";
const labelKeyText =
  "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character";
const labelValueText =
  "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character";
const cIdentifierText =
  "a valid C identifier must start with alphabetic character or '_', followed by a string of alphanumeric characters or '_'";
const envVarText =
  "a valid environment variable name must consist of alphabetic characters, digits, '_', '-', or '.', and must not start with a digit";
const relaxedEnvVarText =
  "a valid environment variable name must consist only of printable ASCII characters other than '='";
const configMapKeyText = "a valid config key must consist of alphanumeric characters, '-', '_' or '.'";

/** Names of most kinds. */
export function dns1123Subdomain(value: string): string[] {
  return [
    ...tooLong(value, nameLengthMax, 'characters'),
    ...mismatch(value, subdomainPattern, regexMessage(subdomainText, subdomain, ['example.com'])),
  ];
}

/** Namespaces, containers, volumes. */
export function dns1123Label(value: string): string[] {
  const message = subdomainPattern.test(value)
    ? 'must not contain dots'
    : regexMessage(labelText, label, ['my-name', '123-abc']);
  return [...tooLong(value, labelLengthMax, 'characters'), ...mismatch(value, labelPattern, message)];
}

/** Services. */
export function dns1035Label(value: string): string[] {
  return [
    ...tooLong(value, labelLengthMax, 'characters'),
    ...mismatch(value, dns1035Pattern, regexMessage(dns1035Text, dns1035, ['my-name', 'abc-123'])),
  ];
}

/** Hosts of ingresses. */
export function wildcardDns1123Subdomain(value: string): string[] {
  return [
    ...tooLong(value, nameLengthMax, 'characters'),
    ...mismatch(value, wildcardSubdomainPattern, regexMessage(wildcardText, wildcardSubdomain, ['*.example.com'])),
  ];
}

/** Keys of labels and annotations, finalizers, condition types: `name` or `prefix.example.com/name`. */
export function qualifiedName(value: string): string[] {
  const parts = value.split('/');
  const charset = regexMessage(labelKeyText, labelKey, ['MyName', 'my.name', '123-abc']);
  if (parts.length > 2) {
    return [`a valid label key ${charset} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')`];
  }
  const messages: string[] = [];
  const prefix = parts.length === 2 ? parts[0] : undefined;
  const name = parts.at(-1) ?? '';
  if (prefix === '') messages.push('prefix part must be non-empty');
  else if (prefix !== undefined) messages.push(...prefixMessages(prefix).map((message) => `prefix part ${message}`));
  if (name === '') messages.push('name part must be non-empty');
  else messages.push(...tooLong(name, labelLengthMax, 'bytes').map((message) => `name part ${message}`));
  return [...messages, ...mismatch(name, labelKeyPattern, `name part ${charset}`)];
}

export function labelValueRule(value: string): string[] {
  return [
    ...tooLong(value, labelLengthMax, 'bytes'),
    ...mismatch(value, labelValuePattern, regexMessage(labelValueText, labelValue, ['MyValue', 'my_value', '12345'])),
  ];
}

/** Names of kinds without a rule of their own about characters (RBAC): anything that fits in a path. */
function pathSegmentName(value: string): string[] {
  if (value === '.' || value === '..') return [`may not be '${value}'`];
  return pathSegmentPrefix(value);
}

/** The same for a generateName. */
function pathSegmentPrefix(value: string): string[] {
  return ['/', '%'].filter((illegal) => value.includes(illegal)).map((illegal) => `may not contain '${illegal}'`);
}

export function cIdentifierRule(value: string): string[] {
  return mismatch(
    value,
    cIdentifierPattern,
    regexMessage(cIdentifierText, cIdentifier, ['my_name', 'MY_NAME', 'MyName']),
  );
}

/** Strict names of environment variables. */
export function envVarName(value: string): string[] {
  const message = regexMessage(envVarText, envVar, ['my.env-name', 'MY_ENV.NAME', 'MyEnvName1']);
  return [...mismatch(value, envVarPattern, message), ...parentFolder(value)];
}

/** What pods' environment variables must obey since v1.34. */
export function relaxedEnvVarName(value: string): string[] {
  if (value === '') return ['environment variable name must be non-empty'];
  return /^[ -<>-~]*$/.test(value) ? [] : [relaxedEnvVarText];
}

/** Keys of ConfigMaps and Secrets. */
export function configMapKeyRule(value: string): string[] {
  return [
    ...tooLong(value, nameLengthMax, 'characters'),
    ...mismatch(
      value,
      configMapKeyPattern,
      regexMessage(configMapKeyText, configMapKey, ['key.name', 'KEY_NAME', 'key-name']),
    ),
    ...parentFolder(value),
  ];
}

export function portName(value: string): string[] {
  const messages = tooLong(value, 15, 'characters');
  if (!/^[-a-z0-9]+$/.test(value)) {
    messages.push('must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)');
  }
  if (!/[a-z]/.test(value)) messages.push('must contain at least one letter (a-z)');
  if (value.includes('--')) messages.push('must not contain consecutive hyphens');
  if (value.startsWith('-') || value.endsWith('-')) messages.push('must not begin or end with a hyphen');
  return messages;
}

export function portNumber(value: number): string[] {
  return inRange(value, 1, 65535);
}

export function inRange(value: number, min: number, max: number): string[] {
  return value >= min && value <= max ? [] : [`must be between ${min} and ${max}, inclusive`];
}

/** Of IntOrString values that are strings. */
export function percentRule(value: string): string[] {
  const text = "a valid percent string must be a numeric string followed by an ending '%'";
  return mismatch(value, percentPattern, regexMessage(text, percent, ['1%', '93%']));
}

export function httpHeaderName(value: string): string[] {
  const text = "a valid HTTP header must consist of alphanumeric characters or '-'";
  return mismatch(value, httpHeaderPattern, regexMessage(text, httpHeader, ['X-Header-Name']));
}

/** Rules of object names, as strategies take them: a generateName (`prefix`) may end in a dash. */
export function subdomainNameRule(name: string, prefix: boolean): string[] {
  return dns1123Subdomain(prefix ? maskTrailingDash(name) : name);
}

export function labelNameRule(name: string, prefix: boolean): string[] {
  return dns1123Label(prefix ? maskTrailingDash(name) : name);
}

export function dns1035NameRule(name: string, prefix: boolean): string[] {
  return dns1035Label(prefix ? maskTrailingDash(name) : name);
}

export function pathSegmentNameRule(name: string, prefix: boolean): string[] {
  return prefix ? pathSegmentPrefix(name) : pathSegmentName(name);
}

const generatedSuffixLength = 5;

/**
 * The name that a generateName becomes, given a random suffix of five characters. Mirrors apiserver storage/names.
 */
export function generatedName(generateName: string, suffix: string): string {
  const lengthMax = labelLengthMax - generatedSuffixLength;
  const bytes = Buffer.from(generateName);
  return (bytes.length > lengthMax ? bytes.toString('utf8', 0, lengthMax) : generateName) + suffix;
}

function prefixMessages(prefix: string): string[] {
  return [
    ...tooLong(prefix, nameLengthMax, 'bytes'),
    ...mismatch(prefix, subdomainPattern, regexMessage(subdomainText, subdomain, ['example.com'])),
  ];
}

function maskTrailingDash(name: string): string {
  return name.length > 1 && name.endsWith('-') ? `${name.slice(0, -2)}a` : name;
}

function whole(pattern: string): RegExp {
  return new RegExp(`^${pattern}$`);
}

function tooLong(value: string, max: number, unit: 'characters' | 'bytes'): string[] {
  return Buffer.byteLength(value) > max ? [`must be no more than ${max} ${unit}`] : [];
}

function mismatch(value: string, pattern: RegExp, message: string): string[] {
  return pattern.test(value) ? [] : [message];
}

function regexMessage(text: string, pattern: string, examples: readonly string[]): string {
  const shown = examples.map((example) => `'${example}', `).join(' or ');
  return `${text} (e.g. ${shown}regex used for validation is '${pattern}')`;
}

/** Keys become file names in volumes. */
function parentFolder(value: string): string[] {
  if (value === '.') return ["must not be '.'"];
  if (value === '..') return ["must not be '..'"];
  return value.startsWith('..') ? ["must not start with '..'"] : [];
}
