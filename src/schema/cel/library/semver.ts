/** `semver('1.2.3-rc.1')`. Mirrors apiserver pkg/cel/library/semverlib.go (version 1), and blang/semver v4, which it calls. */
import { goQuote } from '../../../api/go-text.ts';
import { boolType, intType, stringType, structType } from '../cel-type.ts';
import { global, member, type Implementation, type Library } from '../declaration.ts';
import { CelError, intValue, noSuchOverload, OpaqueValue, uint64Max, type Value } from '../value.ts';

const semverType = structType('kubernetes.Semver');

interface Version {
  readonly numbers: readonly [bigint, bigint, bigint];
  /** Numbers come before words. */
  readonly prerelease: readonly (bigint | string)[];
}

class SemverValue extends OpaqueValue {
  readonly type = semverType;
  readonly version: Version;

  constructor(version: Version) {
    super();
    this.version = version;
  }

  equalTo(other: Value): boolean | CelError {
    return other instanceof SemverValue ? compare(this.version, other.version) === 0 : noSuchOverload;
  }
}

export const semverLibrary = (): Library => ({
  functions: [
    {
      name: 'semver',
      overloads: [
        global('string_to_semver', [stringType], semverType, (text) => toSemver(text, false)),
        global('string_bool_to_semver', [stringType, boolType], semverType, toSemver),
      ],
    },
    {
      name: 'isSemver',
      overloads: [
        global('is_semver_string', [stringType], boolType, (text) => !(toSemver(text, false) instanceof CelError)),
        global(
          'is_semver_string_bool',
          [stringType, boolType],
          boolType,
          (text, normalize) => !(toSemver(text, normalize) instanceof CelError),
        ),
      ],
    },
    {
      name: 'isGreaterThan',
      overloads: [
        member(
          'semver_is_greater_than',
          [semverType, semverType],
          boolType,
          comparing((order) => order > 0),
        ),
      ],
    },
    {
      name: 'isLessThan',
      overloads: [
        member(
          'semver_is_less_than',
          [semverType, semverType],
          boolType,
          comparing((order) => order < 0),
        ),
      ],
    },
    {
      name: 'compareTo',
      overloads: [
        member(
          'semver_compare_to',
          [semverType, semverType],
          intType,
          comparing((order) => order),
        ),
      ],
    },
    { name: 'major', overloads: [member('semver_major', [semverType], intType, number(0))] },
    { name: 'minor', overloads: [member('semver_minor', [semverType], intType, number(1))] },
    { name: 'patch', overloads: [member('semver_patch', [semverType], intType, number(2))] },
  ],
});

function number(index: 0 | 1 | 2): Implementation {
  // Go's conversion of an uint64 to an int64 wraps around.
  return (value) =>
    value instanceof SemverValue ? intValue(BigInt.asIntN(64, value.version.numbers[index])) : noSuchOverload;
}

function comparing(result: (order: -1 | 0 | 1) => Value): Implementation {
  return (left, right) =>
    left instanceof SemverValue && right instanceof SemverValue
      ? result(compare(left.version, right.version))
      : noSuchOverload;
}

function toSemver(text: Value = null, normalize: Value = null): Value {
  if (typeof text !== 'string' || typeof normalize !== 'boolean') return noSuchOverload;
  const normal = normalize ? normalized(text) : text;
  const version = normal instanceof CelError ? normal : parseVersion(normal);
  return version instanceof CelError ? version : new SemverValue(version);
}

/** Without `v` and leading zeros; with minor and patch. */
function normalized(text: string): string | CelError {
  const bare = text.replace(/^v/, '');
  const [first = '', second, ...rest] = bare.split('.');
  const parts = [first, ...(second === undefined ? [] : [second]), ...(rest.length === 0 ? [] : [rest.join('.')])].map(
    (part) => {
      if (part.length <= 1) return part;
      const stripped = part.replace(/^0+/, '');
      return /^\d/.test(stripped) ? stripped : `0${stripped}`;
    },
  );
  if (parts.length < 3 && /[+-]/.test(parts.at(-1) ?? '')) {
    return new CelError('short version cannot contain PreRelease/Build meta data');
  }
  while (parts.length < 3) parts.push('0');
  return parts.join('.');
}

function parseVersion(text: string): Version | CelError {
  if (text === '') return new CelError('Version string empty');
  const [major = '', minor, ...rest] = text.split('.');
  if (minor === undefined || rest.length === 0) return new CelError('No Major.Minor.Patch elements found');
  const named: readonly (readonly [string, string])[] = [
    ['major', major],
    ['minor', minor],
  ];
  for (const [name, part] of named) {
    const failure = numberFailure(name, part);
    if (failure !== undefined) return failure;
  }
  const tail = rest.join('.');
  const plus = tail.indexOf('+');
  const build = plus < 0 ? undefined : tail.slice(plus + 1);
  const core = plus < 0 ? tail : tail.slice(0, plus);
  const dash = core.indexOf('-');
  const patch = dash < 0 ? core : core.slice(0, dash);
  const failure = numberFailure('patch', patch);
  if (failure !== undefined) return failure;
  const prerelease: (bigint | string)[] = [];
  for (const part of dash < 0 ? [] : core.slice(dash + 1).split('.')) {
    const parsed = parsePrerelease(part);
    if (parsed instanceof CelError) return parsed;
    prerelease.push(parsed);
  }
  for (const part of build === undefined ? [] : build.split('.')) {
    if (part === '') return new CelError('Build meta data is empty');
    if (!/^[0-9A-Za-z-]+$/.test(part)) {
      return new CelError(`Invalid character(s) found in build meta data ${goQuote(part)}`);
    }
  }
  return { numbers: [BigInt(major), BigInt(minor), BigInt(patch)], prerelease };
}

function numberFailure(name: string, part: string): CelError | undefined {
  const titled = name.charAt(0).toUpperCase() + name.slice(1);
  if (!/^\d+$/.test(part)) {
    return part === ''
      ? new CelError('strconv.ParseUint: parsing "": invalid syntax')
      : new CelError(`Invalid character(s) found in ${name} number ${goQuote(part)}`);
  }
  if (part.length > 1 && part.startsWith('0')) {
    return new CelError(`${titled} number must not contain leading zeroes ${goQuote(part)}`);
  }
  if (part.length > 20 || BigInt(part) > uint64Max) {
    return new CelError(`strconv.ParseUint: parsing ${goQuote(part)}: value out of range`);
  }
  return undefined;
}

function parsePrerelease(part: string): bigint | string | CelError {
  if (part === '') return new CelError('Prerelease is empty');
  if (/^\d+$/.test(part)) {
    if (part.length > 1 && part.startsWith('0')) {
      return new CelError(`Numeric PreRelease version must not contain leading zeroes ${goQuote(part)}`);
    }
    if (part.length > 20 || BigInt(part) > uint64Max) {
      return new CelError(`strconv.ParseUint: parsing ${goQuote(part)}: value out of range`);
    }
    return BigInt(part);
  }
  if (/^[0-9A-Za-z-]+$/.test(part)) return part;
  return new CelError(`Invalid character(s) found in prerelease ${goQuote(part)}`);
}

/** What was built how doesn't count. */
function compare(left: Version, right: Version): -1 | 0 | 1 {
  for (const [index, one] of left.numbers.entries()) {
    const other = right.numbers[index] ?? 0n;
    if (one !== other) return one < other ? -1 : 1;
  }
  if (left.prerelease.length === 0 || right.prerelease.length === 0) {
    if (left.prerelease.length === right.prerelease.length) return 0;
    return left.prerelease.length === 0 ? 1 : -1;
  }
  for (const [index, one] of left.prerelease.entries()) {
    const other = right.prerelease[index];
    if (other === undefined) return 1;
    if (one === other) continue;
    if (typeof one !== typeof other) return typeof one === 'bigint' ? -1 : 1;
    return one < other ? -1 : 1;
  }
  return left.prerelease.length < right.prerelease.length ? -1 : 0;
}
