/** `format.dns1123Label().validate(x)`. Mirrors apiserver pkg/cel/library/format.go. */
import {
  dns1035NameRule,
  labelNameRule,
  labelValueRule,
  qualifiedName,
  subdomainNameRule,
} from '../../../api/names.ts';
import { listType, optionalType, stringType, structType } from '../cel-type.ts';
import { global, member, type FunctionDeclaration, type Library } from '../declaration.ts';
import { ArrayList, type CelError, CelOptional, noSuchOverload, OpaqueValue, type Value } from '../value.ts';
import { isBase64, isDate, isDateTime } from './string-formats.ts';
import { uriFailure } from './urls.ts';

const formatType = structType('kubernetes.NamedFormat');

/** How long upstream thinks the patterns behind them are: costs go by it. */
const patternLengths = { label: 30, subdomain: 60, labelValue: 40, uri: 1103, base64: 84, dateTime: 71, uuid: 70 };

export class FormatValue extends OpaqueValue {
  readonly type = formatType;
  readonly name: string;
  readonly patternLength: number;
  readonly check: (text: string) => readonly string[];

  constructor(name: string, patternLength: number, check: (text: string) => readonly string[]) {
    super();
    this.name = name;
    this.patternLength = patternLength;
    this.check = check;
  }

  equalTo(other: Value): boolean | CelError {
    return other instanceof FormatValue ? this.name === other.name : noSuchOverload;
  }
}

const uuidPattern = /^[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}$/i;

const allFormats = (): ReadonlyMap<string, FormatValue> =>
  new Map([
    format('dns1123Label', 'DNS1123Label', patternLengths.label, (text) => labelNameRule(text, false)),
    format('dns1123Subdomain', 'DNS1123Subdomain', patternLengths.subdomain, (text) => subdomainNameRule(text, false)),
    format('dns1035Label', 'DNS1035Label', patternLengths.label, (text) => dns1035NameRule(text, false)),
    format('qualifiedName', 'QualifiedName', patternLengths.subdomain, qualifiedName),
    format('dns1123LabelPrefix', 'DNS1123LabelPrefix', patternLengths.label, (text) => labelNameRule(text, true)),
    format('dns1123SubdomainPrefix', 'DNS1123SubdomainPrefix', patternLengths.subdomain, (text) =>
      subdomainNameRule(text, true),
    ),
    format('dns1035LabelPrefix', 'DNS1035LabelPrefix', patternLengths.label, (text) => dns1035NameRule(text, true)),
    format('labelValue', 'LabelValue', patternLengths.labelValue, labelValueRule),
    format('uri', 'URI', patternLengths.uri, (text) => {
      const failure = uriFailure(text);
      return failure === undefined ? [] : [failure];
    }),
    format(
      'uuid',
      'uuid',
      patternLengths.uuid,
      unless((text) => uuidPattern.test(text), 'does not match the UUID format'),
    ),
    format('byte', 'byte', patternLengths.base64, unless(isBase64, 'invalid base64')),
    format('date', 'date', patternLengths.dateTime, unless(isDate, 'invalid date')),
    format('datetime', 'datetime', patternLengths.dateTime, unless(isDateTime, 'invalid datetime')),
  ]);

export const formatLibrary = (): Library => {
  const formats = allFormats();
  return { functions: formatFunctions(formats) };
};

function formatFunctions(formats: ReadonlyMap<string, FormatValue>): readonly FunctionDeclaration[] {
  return [
    ...Array.from(formats, ([name, value]): FunctionDeclaration => {
      const full = `format.${name}`;
      return { name: full, overloads: [global(full, [], formatType, () => value)] };
    }),
    {
      name: 'format.named',
      overloads: [
        global('format-named', [stringType], optionalType(formatType), (name = null) =>
          typeof name === 'string' ? new CelOptional(formats.get(name)) : noSuchOverload,
        ),
      ],
    },
    {
      name: 'validate',
      overloads: [member('format-validate', [formatType, stringType], optionalType(listType(stringType)), validate)],
    },
  ];
}

function format(
  name: string,
  shown: string,
  patternLength: number,
  check: (text: string) => readonly string[],
): readonly [string, FormatValue] {
  return [name, new FormatValue(shown, patternLength, check)];
}

function unless(test: (text: string) => boolean, message: string): (text: string) => readonly string[] {
  return (text) => (test(text) ? [] : [message]);
}

function validate(given: Value = null, text: Value = null): Value {
  if (!(given instanceof FormatValue) || typeof text !== 'string') return noSuchOverload;
  const messages = given.check(text);
  return messages.length === 0 ? CelOptional.none : new CelOptional(new ArrayList(messages));
}
