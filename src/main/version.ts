import packageJson from '../../package.json' with { type: 'json' };

/** Sublet's own version. */
export const { version } = packageJson;
