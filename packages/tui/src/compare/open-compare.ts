import type { Run, RunDiff } from '@custody/workbench';
import type { Outside } from '../shell/outside.ts';
import { type Effect, type Standing, stand } from '../shell/screen.ts';
import { compareScreen } from './compare-screen.ts';
import { compareViewOf, type Sides } from './compare-view.ts';
import { openedOn } from './compared.ts';

/** Runs of more events than this, together, are compared by a process of their own: here, keys would wait. */
const mostHere = 20_000;

/** What `custody diff --json` prints is what the workbench answers, the worlds under a name of their own. */
const diffByCommand = async (names: Sides<string>, { command }: Outside, signal: AbortSignal): Promise<RunDiff> => {
  const { text } = await command(['diff', names.left, names.right, '--json', '--quiet'], signal);
  const { episodes, ownership, worlds, ...comparison } = JSON.parse(text);
  return { comparison, episodes, ownership, ...worlds };
};

const lengthOf = ({ timeline }: Run): number => timeline.length;

/** Compares two runs. @throws RequestError, UnknownRunError when there is no such run. */
export const comparisonOf = async (names: Sides<string>, outside: Outside, signal: AbortSignal): Promise<Standing> => {
  const { desk } = outside;
  const [left, right] = [await desk.open(names.left), await desk.open(names.right)];
  const isLong = lengthOf(left) + lengthOf(right) > mostHere;
  const diff = isLong ? await diffByCommand(names, outside, signal) : desk.compare(left, right);
  return stand(compareScreen, openedOn(compareViewOf({ left, right }, diff), names));
};

/** Opens two runs side by side. */
export const openComparison = (names: Sides<string>): Effect<never> => ({
  type: 'fetch',
  name: `compare ${names.left} with ${names.right}`,
  screen: (outside, signal) => comparisonOf(names, outside, signal),
});
