import packageFile from '../../package.json' with { type: 'json' };

/** The last lines of a mail: what the commands in it belong to. */
export const signature: readonly string[] = ['', `custody: ${packageFile.description}; run from its checkout with npx`];
