import type { Run, RunDiff } from '@custody/workbench';
import type { Outside } from '../shell/outside.ts';
import { type Effect, type Standing, stand } from '../shell/screen.ts';
import { compareScreen } from './compare-screen.ts';
import { compareViewOf, type Sides } from './compare-view.ts';
import { openedOn } from './compared.ts';

/** Runs of more events than this, together, are compared by a process of their own: here, keys would wait. */
const mostHere = 20_000;

/** The exit code of a command that could not do what it was asked. */
const trouble = 2;

/** What `custody diff --json` prints is what the workbench answers, the worlds under a name of their own. */
const diffByCommand = async (names: Sides<string>, { command }: Outside, signal: AbortSignal): Promise<RunDiff> => {
  const { text, code } = await command(['diff', names.left, names.right, '--json', '--quiet'], signal);
  if (code === trouble) throw new Error(text.trim().replace(/^custody: /, ''));
  // What it complains of stands before or after the document.
  const document = text.slice(text.indexOf('{'), text.lastIndexOf('}') + 1);
  const { episodes, ownership, worlds, ...comparison } = JSON.parse(document);
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
