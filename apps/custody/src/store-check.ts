import { stat } from 'node:fs/promises';
import { checkStore, type Finding, type StoreCheck } from '@custody/log-sqlite';
import type { RunHeader } from '@custody/trace';
import type { Context } from './context.ts';
import { count, many } from './print.ts';
import { isUrl } from './store.ts';
import { problemOf } from './trouble.ts';

/** A finding with the run that it is in, where it is in one that the catalogue knows. */
interface RunFinding extends Finding {
  readonly run?: string;
  readonly title?: string;
}

/** What a store came to. */
export interface StoreHealth {
  /** `trouble`: it could not be looked at, for the reason in `problem`. */
  readonly verdict: 'sound' | 'damaged' | 'trouble' | 'absent';
  readonly problem?: string;
  /** Absent or null where it could not be looked at to the end. */
  readonly check?: StoreCheck | null;
  readonly findings: readonly RunFinding[];
  /** How many runs; absent where the catalogue cannot be read. */
  readonly runs?: number;
  /** Titles of the runs that were never closed. */
  readonly unfinished: readonly string[];
  /** As `unfinished`, of guests that were recorded: no file is there to finish them from. */
  readonly brokenOff: readonly string[];
}

const nothing = { findings: [], unfinished: [], brokenOff: [] } as const;

const isGuest = ({ source }: RunHeader): boolean => source.kind === 'recording' && source.guest !== undefined;

/** The work, with the message of what a person can do something about in its place. */
const orProblem = async <Result>(
  work: () => Promise<Result>,
): Promise<{ readonly result: Result } | { readonly problem: string }> => {
  try {
    return { result: await work() };
  } catch (error) {
    const problem = problemOf(error);
    if (problem === undefined) throw error;
    return { problem };
  }
};

/** A store of an older format is upgraded by being opened; one that cannot be read at all is trouble. */
export const storeHealth = async ({ store, look }: Context): Promise<StoreHealth> => {
  const isFile = !isUrl(store);
  if (isFile && (await stat(store).catch(() => undefined)) === undefined) return { verdict: 'absent', ...nothing };
  const catalogue = await orProblem(() => look((workbench) => workbench.runs()));
  const entries = 'result' in catalogue ? catalogue.result : [];
  const open = entries.filter(({ end }) => end === undefined).map(({ header }) => header);
  const known = {
    ...('result' in catalogue && { runs: entries.length }),
    unfinished: open.filter((header) => !isGuest(header)).map(({ title }) => title),
    brokenOff: open.filter(isGuest).map(({ title }) => title),
  };
  if (!isFile) {
    if ('problem' in catalogue) return { verdict: 'trouble', problem: catalogue.problem, ...nothing };
    return { verdict: 'sound', findings: [], ...known };
  }
  const titles = new Map(
    entries.map(({ header, life }) => [life === 0 ? header.run : `${header.run}.${life}`, header] as const),
  );
  const findings: RunFinding[] = [];
  const checked = await orProblem(async () => {
    for (const steps = checkStore(store); ; ) {
      const step = await steps.next();
      if (step.done) return step.value;
      const header = titles.get(/^(?:run|notes)-(.*)$/.exec(step.value.stream ?? '')?.[1] ?? '');
      findings.push({ ...step.value, ...(header && { run: header.run, title: header.title }) });
    }
  });
  if ('problem' in checked) {
    const isDamaged = findings.length > 0;
    return { verdict: isDamaged ? 'damaged' : 'trouble', problem: checked.problem, findings, ...known };
  }
  const verdict = findings.length > 0 || 'problem' in catalogue ? 'damaged' : 'sound';
  const problem = 'problem' in catalogue ? { problem: catalogue.problem } : {};
  return { verdict, ...problem, check: checked.result, findings, ...known };
};

const whereOf = ({ stream, title, run, from, to }: RunFinding): string => {
  if (stream === undefined) return '';
  const what = title === undefined ? stream : `${stream.startsWith('notes-') ? 'notes on ' : ''}${title} (${run})`;
  return from === undefined || to === undefined ? `${what}: ` : `${what}, events ${from} to ${to}: `;
};

/** A line for each finding, then what to do. */
export const healthLines = ({ findings }: StoreHealth): readonly string[] => {
  const advice = 'the rest can still be read; restore the store from a copy, or delete the run and import it again';
  return findings.length === 0
    ? []
    : [...findings.map((finding) => `    ! ${whereOf(finding)}${finding.text}`), `    ${advice}`];
};

/** What the one line about the store says behind its name. */
export const healthHint = ({ verdict, problem, check, findings, runs, unfinished, brokenOff }: StoreHealth): string => {
  if (verdict === 'absent') return 'not there yet: made by the first import';
  if (verdict === 'trouble') return problem ?? '';
  const counted = runs === undefined ? 'its runs cannot be listed' : many(runs, 'run');
  const seen = !check ? '' : `, ${count(check.events)} events read`;
  const halves =
    unfinished.length === 0
      ? ''
      : `; never closed: ${unfinished.join(', ')}; import the same files again to finish them`;
  const open =
    brokenOff.length === 0 ? halves : `${halves}; being recorded, or broken off for good: ${brokenOff.join(', ')}`;
  if (verdict === 'sound') return `opens, ${counted}${seen}${!check ? '' : ', sound'}${open}`;
  return `DAMAGED: ${many(findings.length, 'finding')}; ${counted}${seen}${open}${problem === undefined ? '' : `; ${problem}`}`;
};
