import { clamp, growingTimeline, replayer } from '@custody/replay';
import { position } from '@custody/trace';
import {
  casesMetIn,
  crossroadsAt,
  type Run,
  requestOf,
  tellingCasesOfRun,
  variantOfRecording,
} from '@custody/workbench';
import { drivenInSlices } from '../explore/searching.ts';
import type { Outside } from '../shell/outside.ts';
import type { Standing } from '../shell/screen.ts';
import type { CaseView, ReplayView } from '../view.ts';
import { keepNote, notesOfRun } from './notes-of-run.ts';
import { replayOf } from './replay-screen.ts';

const caseViews = (run: Run): readonly CaseView[] =>
  casesMetIn(run).map(({ id, says, isExpected, position }) => ({
    position,
    text: `case ${id ?? 'that is not listed'}: ${says}${isExpected ? '' : ' (NOT as expected)'}`,
  }));

/** Of a longer recording the cases are told when somebody asks what explains it. */
const mostExplained = 100_000;

/** Each case where it was met first, or first not done as is expected: as far as the scheme of the kernel explains the run. */
const casesOfRecording = async (
  run: Run,
  outside: Outside,
  signal: AbortSignal,
): Promise<readonly CaseView[] | null> => {
  const met = await drivenInSlices(tellingCasesOfRun(run, variantOfRecording(run)), outside, () => {}, signal);
  if (met === null) return null;
  return Object.entries(met.cases)
    .flatMap(([id, { at, met: times, holds }]): CaseView[] => {
      if (at === null) return [];
      const expected = holds === false ? ' (NOT as expected)' : '';
      return [{ position: position(at), text: `case ${id}, the first of ${times} here${expected}` }];
    })
    .sort((one, other) => one.position - other.position);
};

type Ways = Pick<ReplayView, 'readCases' | 'crossroads' | 'instead'>;

/** The cases of a run, and what only a simulated one has. */
const waysOf = (run: Run): Ways => {
  const { source } = run.header;
  if (source.kind !== 'simulation') {
    const isShort = run.closed && run.timeline.length <= mostExplained;
    return isShort ? { readCases: (outside, signal) => casesOfRecording(run, outside, signal) } : {};
  }
  return {
    readCases: async () => caseViews(run),
    crossroads: (at) => crossroadsAt(run, at),
    instead: async (outside, schedule) => {
      const { run: made, events } = await outside.desk.simulate(requestOf(source), { kind: 'schedule', schedule });
      return replayOfReference(outside, made, events);
    },
  };
};

/** What only a run has that is being recorded. */
const liveOf = ({ desk }: Outside, run: Run): Pick<ReplayView, 'timeline' | 'replayer' | 'follow'> => {
  if (run.closed) return { timeline: run.timeline, replayer: run.replayer };
  const timeline = growingTimeline(run.timeline);
  return { timeline, replayer: replayer(run.header.topology, timeline), follow: (signal) => desk.follow(run, signal) };
};

/** The replay of a run that is open already. @param said - of the position, before all else that is said there. */
export const replayOfRun = (outside: Outside, run: Run, at: number, said: readonly string[] = []): Standing => {
  const start = clamp(at, run.replayer.end);
  const found = run.findings.flatMap(({ position, text }) => (position === undefined ? [] : [{ position, text }]));
  return replayOf({
    title: run.header.title,
    header: run.header,
    ...liveOf(outside, run),
    ...waysOf(run),
    start,
    notes: [],
    findings: [...said.map((text) => ({ position: start, text })), ...found],
    readNotes: (signal) => notesOfRun(outside, run, signal),
    addNote: (at, body, signal) => keepNote(outside, run, at, body, signal),
  });
};

/**
 * The replay of the run that `reference` names: an id, a title, or the beginning of one. Where it is damaged, of as much
 * as can be read from its beginning.
 */
export const replayOfReference = async (
  outside: Outside,
  reference: string,
  at: number,
  said: readonly string[] = [],
): Promise<Standing> => {
  const run = await outside.desk.openByPage(reference);
  try {
    return replayOfRun(outside, run, at, said);
  } catch {
    return replayOfRun(outside, await outside.desk.open(reference), at, said);
  }
};
