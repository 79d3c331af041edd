import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/**
 * What a script beside this one prints, as JSON, when it is told `request`: in a process of its own, so that no run
 * finds another's compiled code or memory.
 *
 * @throws Error with what the process said, when it failed.
 */
export const inItsOwnProcess = <Answer>(script: string, request: unknown): Answer => {
  const path = fileURLToPath(new URL(script, import.meta.url));
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--no-warnings', path, JSON.stringify(request)], {
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`Cannot measure with ${script} as its process ended with ${status}: ${stderr}`);
  return JSON.parse(stdout) as Answer;
};
