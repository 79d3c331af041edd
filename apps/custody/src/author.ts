import { spawnSync } from 'node:child_process';
import { userInfo } from 'node:os';

/** Who writes: `--author`, `$CUSTODY_AUTHOR`, git's user.name, or the login name. */
export const authorOf = (given: string | undefined): string => {
  const named = given ?? process.env['CUSTODY_AUTHOR'];
  if (named !== undefined && named !== '') return named;
  const { stdout } = spawnSync('git', ['config', 'user.name'], { encoding: 'utf8' });
  return stdout?.trim() || userInfo().username;
};
