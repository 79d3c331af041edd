import { spawnSync } from 'node:child_process';
import { userInfo } from 'node:os';
import { RequestError } from '@custody/workbench';

/** A name stands in a line with other words, at whoever reads what its bearer wrote. */
export const isName = (text: string): boolean => text !== '' && text.length <= 100 && !/\p{Cc}/u.test(text);

const named = (text: string): string => {
  const name = text.trim();
  if (isName(name)) return name;
  throw new RequestError(
    `Cannot sign with ${JSON.stringify(text)} as a name has 1 to 100 characters and is one line; give --author NAME`,
  );
};

/** Who writes: `--author`, `$CUSTODY_AUTHOR`, git's user.name, or the login name. */
export const authorOf = (given: string | undefined): string => {
  const said = given ?? (process.env['CUSTODY_AUTHOR'] || undefined);
  if (said !== undefined) return named(said);
  const { stdout } = spawnSync('git', ['config', 'user.name'], { encoding: 'utf8' });
  return named(stdout?.trim() || userInfo().username);
};
