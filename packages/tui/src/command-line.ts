/** Words as a shell takes them, behind the name of the program. */
export const commandLine = (...words: readonly string[]): string =>
  ['custody', ...words]
    .map((word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`))
    .join(' ');
