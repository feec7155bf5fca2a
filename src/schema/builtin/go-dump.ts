/**
 * A value of a built-in type as go-spew prints Go's struct of it with `%#v`: the text that upstream's controllers hash for the name of a pod template.
 * Mirrors k8s.io/utils/dump.ForHash over what a controller decodes from protobuf: empty lists and maps are nil there.
 */
import { isJsonObject, type JsonValue } from '../../api/json.ts';
import { parseQuantity, quantityText } from '../../api/quantity.ts';
import { factsTable } from './facts.ts';
import { qualified } from './type-expression.ts';
import { parseTypeText, type FieldText } from './type-text.ts';

const depthMax = 100;

/**
 * `name`: of a struct of the table, `core.v1.PodTemplateSpec`; `value`: as it is stored. Times are dumped as zero: no template has any.
 * @throws Error for a value that is deeper than any template is
 */
export function goDump(name: string, value: JsonValue | undefined): string {
  return typed(name, value, packageOf(name), 0);
}

/** With its type before it, as fields of structs are printed. */
function typed(expression: string, value: JsonValue | undefined, packageName: string, depth: number): string {
  const type = `(${goType(expression, packageName)})`;
  return type + bare(expression, value, packageName, depth);
}

/** Without its type, as elements of lists and maps are printed, and what pointers lead to. */
function bare(expression: string, value: JsonValue | undefined, packageName: string, depth: number): string {
  if (depth > depthMax) throw new Error('a template is too deep');
  if (expression.startsWith('*')) {
    return value === undefined || value === null ? '<nil>' : bare(expression.slice(1), value, packageName, depth + 1);
  }
  if (expression.startsWith('[]')) {
    if (!Array.isArray(value) || value.length === 0) return '<nil>';
    const items = value.map((item) => element(expression.slice(2), item, packageName, depth + 1));
    return `[${items.join(' ')}]`;
  }
  const map = /^map\[[^\]]+\](.+)$/.exec(expression);
  if (map?.[1] !== undefined) return dumpedMap(map[1], value, packageName, depth + 1);
  return basic(expression, value) ?? named(qualified(expression, packageName), value, depth + 1);
}

function element(expression: string, value: JsonValue, packageName: string, depth: number): string {
  const text = bare(expression, value, packageName, depth);
  return expression.startsWith('*') ? `<*>${text}` : text;
}

function dumpedMap(values: string, value: JsonValue | undefined, packageName: string, depth: number): string {
  if (!isJsonObject(value) || Object.keys(value).length === 0) return '<nil>';
  const keys = Object.keys(value).toSorted();
  return `map[${keys.map((key) => `${key}:${bare(values, value[key], packageName, depth)}`).join(' ')}]`;
}

function basic(name: string, value: JsonValue | undefined): string | undefined {
  switch (name) {
    case 'string':
      return typeof value === 'string' ? value : '';
    case 'bool':
      return String(value === true);
    case 'int':
    case 'int32':
    case 'int64':
      return typeof value === 'number' ? String(value) : '0';
    default:
      return undefined;
  }
}

function named(name: string, value: JsonValue | undefined, depth: number): string {
  const text = factsTable.structs[name];
  if (text !== undefined) return struct(name, text, value, depth);
  const definition = factsTable.names[name] ?? '';
  switch (definition) {
    case '$quantity':
      return quantity(typeof value === 'string' ? value : '0');
    case '$int-or-string':
      return typeof value === 'string'
        ? `{Type:(intstr.Type)1 IntVal:(int32)0 StrVal:(string)${value}}`
        : `{Type:(intstr.Type)0 IntVal:(int32)${typeof value === 'number' ? value : 0} StrVal:(string)}`;
    case '$date-time':
      return '{Time:(time.Time){wall:(uint64)0 ext:(int64)0 loc:(*time.Location)<nil>}}';
    case '':
      throw new Error(`the table of built-in types has no ${name}`);
    default:
      // Raw JSON: in managed fields alone, which no template has.
      return definition.startsWith('$') ? '{}' : bare(definition, value, packageOf(name), depth);
  }
}

function struct(name: string, text: string, value: JsonValue | undefined, depth: number): string {
  const object = isJsonObject(value) ? value : {};
  const packageName = packageOf(name);
  const { fields } = parseTypeText(text);
  const parts: string[] = [];
  for (let index = 0; index < fields.length;) {
    const field = fields[index];
    if (field === undefined) break;
    const inlined = field.inlinedFrom;
    const group = inlined === '' ? [field] : followers(fields, index, inlined);
    const texts = group.map((one) => fieldText(name, one, object[one.name], packageName, depth));
    parts.push(inlined === '' ? texts.join(' ') : `${inlined}:(${goType(inlined, packageName)}){${texts.join(' ')}}`);
    index += group.length;
  }
  return `{${parts.join(' ')}}`;
}

/** The fields from `start` on that are inlined from the same struct. */
function followers(fields: readonly FieldText[], start: number, inlinedFrom: string): readonly FieldText[] {
  const end = fields.findIndex((field, index) => index > start && field.inlinedFrom !== inlinedFrom);
  return fields.slice(start, end < 0 ? undefined : end);
}

function fieldText(
  struct: string,
  field: FieldText,
  value: JsonValue | undefined,
  packageName: string,
  depth: number,
): string {
  const name = goNames[`${struct}.${field.name}`] ?? goNames[field.name] ?? capitalized(field.name);
  return `${name}:${typed(field.type, value, packageName, depth)}`;
}

const suffixBits: Readonly<Record<string, number>> = { Ki: 10, Mi: 20, Gi: 30, Ti: 40, Pi: 50, Ei: 60 };
const int64Max = 2n ** 63n - 1n;
const wordBits = 64n;
const nanoScale = 9;

/** A 64-bit number and a scale where that is wide enough, else a big one at the scale of nano. Mirrors ParseQuantity. */
function quantity(given: string): string {
  const text = quantityText(parseQuantity(given));
  const { mantissa, exponent, format, text: kept = '' } = parseQuantity(text);
  const [, digits = '', suffix = ''] = /^-?(\d+)(\w*)$/.exec(text) ?? [];
  const bits = suffixBits[suffix] ?? 0;
  const magnitude = mantissa < 0n ? -mantissa : mantissa;
  const room = format === 'BinarySI' ? 14 - digits.length - Math.trunc((bits * 3) / 10) : 18 - digits.length;
  if (room >= 0 && magnitude <= int64Max) {
    const amount = `{value:(int64)${mantissa} scale:(resource.Scale)${exponent}}`;
    return `{i:(resource.int64Amount)${amount} d:(resource.infDecAmount){Dec:(*inf.Dec)<nil>} s:(string)${kept} Format:(resource.Format)${format}}`;
  }
  const words: bigint[] = [];
  for (let rest = magnitude * 10n ** BigInt(nanoScale + exponent); rest > 0n; rest >>= wordBits) {
    words.push(BigInt.asUintN(Number(wordBits), rest));
  }
  const unscaled = `{neg:(bool)${mantissa < 0n} abs:(big.nat)[${words.join(' ')}]}`;
  const big = `{Dec:(*inf.Dec){unscaled:(big.Int)${unscaled} scale:(inf.Scale)${nanoScale}}}`;
  return `{i:(resource.int64Amount){value:(int64)0 scale:(resource.Scale)0} d:(resource.infDecAmount)${big} s:(string) Format:(resource.Format)${format}}`;
}

/** As Go's reflect prints the type: with the last part of its package. */
function goType(expression: string, packageName: string): string {
  return expression.replaceAll(/[A-Za-z_][\w.]*/g, (word) =>
    word === 'map' || basic(word, undefined) !== undefined
      ? word
      : qualified(word, packageName).split('.').slice(-2).join('.'),
  );
}

function packageOf(name: string): string {
  return name.slice(0, name.lastIndexOf('.'));
}

function capitalized(name: string): string {
  return name.slice(0, 1).toUpperCase() + name.slice(1);
}

/** Go's names of fields that are not the JSON name with a capital; `struct.field` where it is only there. */
const goNames: Readonly<Record<string, string>> = {
  metadata: 'ObjectMeta',
  apiGroup: 'APIGroup',
  apiVersion: 'APIVersion',
  awsElasticBlockStore: 'AWSElasticBlockStore',
  cephfs: 'CephFS',
  chapAuthDiscovery: 'DiscoveryCHAPAuth',
  chapAuthSession: 'SessionCHAPAuth',
  csi: 'CSI',
  diskURI: 'DataDiskURI',
  dnsConfig: 'DNSConfig',
  dnsPolicy: 'DNSPolicy',
  endpoints: 'EndpointsName',
  fc: 'FC',
  fsGroup: 'FSGroup',
  fsGroupChangePolicy: 'FSGroupChangePolicy',
  fsType: 'FSType',
  gcePersistentDisk: 'GCEPersistentDisk',
  gmsaCredentialSpec: 'GMSACredentialSpec',
  gmsaCredentialSpecName: 'GMSACredentialSpecName',
  grpc: 'GRPC',
  httpGet: 'HTTPGet',
  httpHeaders: 'HTTPHeaders',
  ip: 'IP',
  iqn: 'IQN',
  iscsi: 'ISCSI',
  iscsiInterface: 'ISCSIInterface',
  nfs: 'NFS',
  os: 'OS',
  pdName: 'PDName',
  rbd: 'RBD',
  'core.v1.RBDVolumeSource.monitors': 'CephMonitors',
  'core.v1.RBDVolumeSource.image': 'RBDImage',
  'core.v1.RBDVolumeSource.pool': 'RBDPool',
  'core.v1.RBDVolumeSource.user': 'RadosUser',
  seLinuxChangePolicy: 'SELinuxChangePolicy',
  seLinuxOptions: 'SELinuxOptions',
  serviceAccount: 'DeprecatedServiceAccount',
  sslEnabled: 'SSLEnabled',
  storageos: 'StorageOS',
  tcpSocket: 'TCPSocket',
  tty: 'TTY',
  uid: 'UID',
  wwids: 'WWIDs',
};
