import { lineOf } from '@custody/replay';
import { type GroupId, type Position, position } from '@custody/trace';
import { exploreScenario, type Run, type Workbench } from '@custody/workbench';
import { diffLines } from '../diff-text.ts';
import { exploreLines } from '../explore-text.ts';
import { count, fold } from '../print.ts';
import { worldLines } from '../world-text.ts';
import type { OpenShipped } from './fixtures.ts';
import { contendedPlace, findingPlace, keptPlace, type Place } from './places.ts';

const author = 'the tour';
const six = '6' as GroupId;
const around = 5;

/** The interpreted events before and after a position, the one just applied marked. */
const windowLines = ({ timeline }: Run, at: number): string[] => {
  const told = (index: number): boolean => timeline.at(index).type !== 'LineKept';
  const before: number[] = [];
  for (let index = at - 1; index >= 0 && before.length < around; index -= 1) if (told(index)) before.unshift(index);
  const after: number[] = [];
  for (let index = at; index < timeline.length && after.length < around; index += 1) if (told(index)) after.push(index);
  return [...before, ...after].map(
    (index) => `${index === at - 1 ? '  >' : '   '} ${lineOf(timeline.at(index)).trimStart()}`,
  );
};

/** The world at a position, of one group only, with its locks and the tasks inside calls. */
const groupLines = ({ replayer }: Run, at: Position, group: GroupId): string[] => {
  const world = replayer.stateAt(at);
  const state = world.groups[group];
  return worldLines({ ...world, groups: state ? { [group]: state } : {} } as typeof world).map((line) => `   ${line}`);
};

const width = 100;

/** Sentences, folded; each begins a line. */
const prose = (...sentences: readonly string[]): string[] =>
  sentences.flatMap((sentence) => fold(`   ${sentence}`, width, 0));

/** Keeps the tour's own note at a place, once. */
const noteOnce = async (desk: Workbench, run: Run, place: Place, body: string): Promise<void> => {
  const { notes } = await desk.notes(run);
  if (notes.some((note) => note.author === author && note.anchor.position === place.at)) return;
  await desk.addNote(run, position(place.at), { author, body });
};

/** One stop of the tour. `place` is where the screen opens. */
export interface Stop {
  readonly run: Run;
  readonly place: number;
  readonly lines: readonly string[];
}

const returned = (run: Run, op: string, errno: string): number => {
  let times = 0;
  for (let index = 0; index < run.timeline.length; index += 1) {
    const event = run.timeline.at(index);
    if (event.type === 'CallReturned' && event.data.op === op && event.data.errno === errno) times += 1;
  }
  return times;
};

export const raceStop = async (desk: Workbench, open: OpenShipped): Promise<Stop> => {
  const run = await open('6.1-race');
  const { title } = run.header;
  const place = contendedPlace(run) ?? { at: 0, text: '' };
  await noteOnce(
    desk,
    run,
    place,
    'Case 2 of the mail, on a real kernel: both siblings show a driver already, and both wait for the group mutex ' +
      'to claim it. Step on (j): the user releases, then the kernel drivers get the group, one after the other.',
  );
  const calls = (['claim', 'use'] as const).map(
    (op) =>
      `${op}: ${count(returned(run, op, 'OK'))} granted, ${count(returned(run, op, op === 'claim' ? 'EPERM' : 'EBUSY'))} refused`,
  );
  return {
    run,
    place: place.at,
    lines: [
      `1. A real race on a real kernel: ${title}`,
      '',
      ...prose(
        "Debian's 6.1.0-56 in QEMU: for 8 s, two loops bind and unbind two devices of group 6 while a third claims the " +
          `group for user space and releases it. ${calls.join('; ')}.`,
        `Here, at ${place.at}: ${place.text}.`,
      ),
      '',
      ...windowLines(run, place.at),
      '',
      ...groupLines(run, position(place.at), six),
      '',
      `   walk on from here:  custody replay ${title} --at ${place.at}`,
      `   count for yourself: custody show ${title} --grep 'CallReturned.*op=claim.*EPERM' | wc -l`,
    ],
  };
};

const quietRefusal = 'claim-refused-while-quiet';
const refusalsOf = (run: Run): number => run.findings.filter(({ kind }) => kind === quietRefusal).length;

export const patchesStop = async (desk: Workbench, open: OpenShipped): Promise<Stop> => {
  const vanilla = await open('lab-vanilla-leak');
  const robin = await open('lab-robin-leak');
  const titles = { vanilla: vanilla.header.title, robin: robin.header.title };
  const refused = findingPlace(robin, quietRefusal) ?? { at: 0, text: '' };
  const kept = keptPlace(robin, refused.at);
  await noteOnce(
    desk,
    robin,
    refused,
    'Nobody uses the group, and the claim is refused: the ownership leaked. Mainline grants the same claim ' +
      '(lab-vanilla-leak).',
  );
  if (kept) {
    await noteOnce(
      desk,
      robin,
      kept,
      'Here the group should have been given back. The walk over the siblings saw a driver on one that was refused ' +
        'and has not cleared dev->driver yet, and took it for a user; that one never runs the hook.',
    );
  }
  const diff = diffLines(vanilla, robin, desk.compare(vanilla, robin));
  return {
    run: robin,
    place: refused.at,
    lines: [
      `2. Two real patches under one script: ${titles.vanilla} and ${titles.robin}`,
      '',
      ...prose(
        'The same kernel built twice: mainline, and with the scheme of the mail on the paths that the driver core has.',
        ...(kept ? [`At ${kept.at} of ${titles.robin}: ${kept.text}.`] : []),
        `From then on ${refusalsOf(robin)} claims are refused. The first, at ${refused.at}: ${refused.text}.`,
        `On ${titles.vanilla}: ${refusalsOf(vanilla)} such claims.`,
      ),
      '',
      ...groupLines(robin, position(refused.at), six),
      '',
      `   custody diff ${titles.vanilla} ${titles.robin}`,
      ...diff.map((line) => `     ${line}`),
      '',
      `   walk on from here:  custody replay ${titles.robin} --at ${refused.at}`,
    ],
  };
};

/** @param clock - milliseconds, for the time that the search took. */
export const modelStop = async (desk: Workbench, clock: () => number): Promise<Stop> => {
  const scenario = 'fail-before-claim';
  const explored = ['linux-6.1', 'robin-mail'].map((variant) => {
    const began = clock();
    const report = exploreScenario({ variant, scenario });
    return { report, lines: exploreLines(report, { seconds: (clock() - began) / 1000 }) };
  });
  const schedule = explored[1]?.report.properties.find(({ verdict }) => verdict === 'violated')?.schedule ?? '';
  const leaked = await desk.simulate({ variant: 'robin-mail', scenario }, { kind: 'schedule', schedule });
  const sound = await desk.simulate({ variant: 'linux-6.1', scenario }, { kind: 'schedule', schedule });
  const run = await desk.open(leaked.run);
  const counterpart = await desk.open(sound.run);
  const diff = diffLines(run, counterpart, desk.compare(run, counterpart));
  const passedOver = sound.parted ? `, from step ${sound.parted.step} on as far as it fits` : '';
  return {
    run,
    place: run.replayer.end,
    lines: [
      '3. The same leak, found by trying every interleaving of the model',
      '',
      ...explored.flatMap(({ lines }) => lines.map((line) => `   ${line}`)),
      '',
      `   That schedule as a run, at its end (${leaked.title}):`,
      '',
      ...worldLines(run.replayer.stateAt(run.replayer.end)).map((line) => `   ${line}`),
      '',
      `   and beside the same schedule on linux-6.1${passedOver} (${sound.title}):`,
      ...diff.map((line) => `     ${line}`),
      '',
      `   walk through it:    custody replay ${leaked.title}`,
    ],
  };
};
