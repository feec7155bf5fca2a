/** Levels and versions of the Pod Security Standards, as namespaces' labels and policies name them. Mirrors pod-security-admission api, v1.36. */

/** From the laxest to the strictest. */
export const securityLevels = ['privileged', 'baseline', 'restricted'] as const;
export type SecurityLevel = (typeof securityLevels)[number];

/** The minor version of Kubernetes whose checks count. */
export type StandardVersion = number | 'latest';

export interface SecurityStandard {
  readonly level: SecurityLevel;
  readonly version: StandardVersion;
}

export const levelProblem = `must be one of ${securityLevels.join(', ')}`;
export const versionProblem = 'must be "latest" or "v1.x"';

/** `undefined`: there is no such level ({@link levelProblem}). */
export function parseLevel(text: string): SecurityLevel | undefined {
  return securityLevels.find((level) => level === text);
}

/** `undefined`: that is no version ({@link versionProblem}). */
export function parseStandardVersion(text: string): StandardVersion | undefined {
  if (text === 'latest') return 'latest';
  const [, minor] = /^v1\.(0|[1-9]\d{0,17})$/.exec(text) ?? [];
  return minor === undefined ? undefined : Number(minor);
}

/** `baseline:latest`, `restricted:v1.30`. */
export function standardText({ level, version }: SecurityStandard): string {
  return `${level}:${version === 'latest' ? version : `v1.${version}`}`;
}

/** Above 0: `left` is stricter. */
export function compareLevels(left: SecurityLevel, right: SecurityLevel): number {
  return securityLevels.indexOf(left) - securityLevels.indexOf(right);
}

export function sameStandard(left: SecurityStandard, right: SecurityStandard): boolean {
  return left.level === right.level && left.version === right.version;
}
