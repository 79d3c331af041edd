import { conformingRun, type RunConformance } from '@custody/workbench';
import { commandLine } from '../command-line.ts';
import { searchScreen } from '../explore/search-screen.ts';
import { count } from '../explore/verdict-items.ts';
import { replayOfReference } from '../replay/open-run.ts';
import type { Effect } from '../shell/screen.ts';
import { conformItems, type Place } from './conform-items.ts';

/** A run, by what it is named by, and what it is called. */
export interface AskedRun {
  readonly run: string;
  readonly title: string;
}

interface AskedVariant extends AskedRun {
  readonly variant: string;
}

/** Walks through the run from that place, where it is said. */
export const replayAt = ({ run, title }: AskedRun, { at, said }: Place): Effect<never> => ({
  type: 'fetch',
  name: `open ${title}`,
  screen: (outside) => replayOfReference(outside, run, at, said),
});

const events = ({ answer, position: at, events: all, complete }: RunConformance): string => {
  const much = answer.kind === 'explained' ? `all ${count(all)} events` : `${count(at)} of ${count(all)} events`;
  return `${much} explained${complete ? '' : '; INCOMPLETE, what was lost is explained by nobody'}`;
};

/** Whether a variant can do what a run shows: with numbers where it can, with reasons where not. */
export const conformOf = searchScreen<AskedVariant, string, RunConformance, Place>({
  name: 'conform',
  title: ({ title, variant }) => `${title} by ${variant}`,
  command: ({ run, variant }) => commandLine('conform', run, variant),
  doing: 'explaining',
  begin: async ({ run, variant }, { desk }) => conformingRun(await desk.openByPage(run), variant),
  progress: (what) => what,
  scope: events,
  verdict: ({ answer }) => answer.kind,
  items: (_, found, width) => conformItems(found, width),
  choose: replayAt,
  chooseDoes: 'replay it at the place',
  chooseHint: 'replay there',
  openings: [],
});
