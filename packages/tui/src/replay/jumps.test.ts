import { deviceId, deviceLock, nanos, position } from '@custody/trace';
import { describe, expect, it } from 'vitest';
import { outsideWithDesk } from '../outside.testing.ts';
import { acquired, eventsBy, kept, longRun, owned, refused, released, requested, viewOf } from '../run.testing.ts';
import { fetched, screensOn } from '../screens.testing.ts';
import { shellOn, textShown, typedInto } from '../shell/shell.testing.ts';
import { pointed, tell, topOf } from '../shell/shell.ts';
import type { ReplayView } from '../view.ts';
import { replayOfReference } from './open-run.ts';
import { replayOf } from './replay-screen.ts';

const other = { type: 'LockAcquired', data: { lock: deviceLock(deviceId('0000:03:01.0')) } } as const;

const events = eventsBy(
  ['T0', requested],
  ['T0', acquired],
  ['T1', requested],
  ['T1', other],
  ['T0', owned],
  ['T0', released],
  ['T1', acquired],
  ['T1', owned],
  ['T1', refused],
  ['T0', kept],
);
const usual = viewOf(events);

const after = (keys: string, view: ReplayView = usual) => {
  const { shell } = typedInto(shellOn(replayOf(view)), keys);
  const [, at] = /^position (\d+)/.exec(topOf(shell).place()) ?? [];
  return { at: Number(at), says: shell.says };
};
const placeAfter = (keys: string): number => after(keys).at;

describe('jumping', () => {
  it('goes on and back by the task that has just moved', () => {
    expect([placeAfter('jjt'), placeAfter('jjtt'), placeAfter('jjjt'), placeAfter('GT'), placeAfter('jt')]).toEqual([
      5, 6, 4, 6, 2,
    ]);
  });

  it('goes to where a lock changes hands', () => {
    expect([placeAfter('l'), placeAfter('GL'), after('ll').says]).toEqual([7, 7, 'No lock hand-over after position 7']);
  });

  it('goes to changes of ownership, several at once when a count is given', () => {
    expect([placeAfter('o'), placeAfter('oo'), placeAfter('2o'), placeAfter('GO'), placeAfter("2o''")]).toEqual([
      5, 8, 8, 8, 0,
    ]);
  });

  it('goes to errors', () => {
    expect([placeAfter('e'), placeAfter('GE')]).toEqual([9, 9]);
  });

  it('goes to who took the lock that a task waits for', () => {
    expect(after('jjjh')).toEqual({ at: 2, says: 'T0 takes group:6' });
  });

  it('says so when no lock is in question', () => {
    expect(after('h').says).toMatch(/^No lock is in question here/);
  });
});

describe('playing', () => {
  const timed = viewOf(
    events.map((event, index) => ({ ...event, at: nanos((index + 1) * 1e9) })),
    {
      header: {
        ...usual.header,
        source: { kind: 'recording', file: 'x.trace', kernel: '6.1.0', mapping: 'linux-6.1' },
      },
    },
  );

  /** The screen after so many milliseconds of play. */
  const playedFor = (keys: string, ...ticks: readonly number[]) => {
    let { shell } = typedInto(shellOn(replayOf(timed)), keys);
    for (const ms of ticks) shell = tell(shell, topOf(shell).id, { type: 'ticked', ms }).shell;
    return shell;
  };
  const placeOf = (shell: ReturnType<typeof playedFor>) => topOf(shell).place();

  it('goes on as fast as it was, or faster', () => {
    expect(placeOf(playedFor('jp', 900))).toContain('position 1/10');
    expect(placeOf(playedFor('jp', 900, 200))).toContain('position 2/10');
    expect(placeOf(playedFor('jp++', 1100))).toContain('position 5/10');
    expect(placeOf(playedFor('jp-', 2100))).toContain('position 2/10');
  });

  it('says that it plays, and how fast, until it is stopped', () => {
    expect(topOf(playedFor('p+')).title().right).toContain('playing ×2');
    expect(topOf(playedFor('p-')).title().right).toContain('playing ×1/2');
    expect(topOf(playedFor('pp')).title().right).not.toContain('playing');
  });

  it('ends with the run', () => {
    const shell = playedFor('p', 60_000);
    expect([placeOf(shell), shell.says]).toEqual([
      expect.stringContaining('position 10/10'),
      'This is the end of the run',
    ]);
    expect(topOf(shell).title().right).not.toContain('playing');
  });

  it('is asked for before it can be hurried', () => {
    expect(typedInto(shellOn(replayOf(timed)), '+').shell.says).toBe('Nothing is played: p begins');
  });
});

describe('the mouse', () => {
  const shell = shellOn(replayOf(viewOf(longRun(300))));
  const place = (at: typeof shell) => topOf(at).place();

  it('scrolls by the wheel', () => {
    expect(place(pointed(shell, { kind: 'wheel', lines: 3 }).shell)).toContain('position 3/300');
  });

  it('goes to the event that is clicked on', () => {
    const row = textShown(shell).findIndex((line) => /^ {3}\S.* 4 /.test(line));
    expect(place(pointed(shell, { kind: 'click', column: 5, row }).shell)).toContain('position 4/300');
  });

  it('goes to a place of the whole run on the bar below', () => {
    const row = 20;
    expect(place(pointed(shell, { kind: 'click', column: 24, row }).shell)).toContain('position 154/300');
  });
});

describe('the bar of the whole run', () => {
  it('shows how much happened when, with findings, notes and marks over it, and where one stands', () => {
    const note = { id: 'n', position: position(100), author: 'a', body: 'b', replies: [], resolved: false };
    const view = viewOf(longRun(300), { findings: [{ position: position(200), text: 'hm' }], notes: [note] });
    const bar = textShown(typedInto(shellOn(replayOf(view)), '250Gma50G').shell)[20] ?? '';
    expect(bar.length).toBe(48);
    expect([bar.indexOf('◆'), bar.indexOf('n'), bar.indexOf('!'), bar.indexOf('a')]).toEqual([7, 15, 31, 39]);
    expect(bar.replace(/[◆n!a]/g, '▇')).toBe('▇'.repeat(48));
  });
});

describe('what if someone else moved', () => {
  it('offers who could, and walks on in the run in which they did', async () => {
    const outside = outsideWithDesk();
    const experiment = { variant: 'robin-mail', scenario: 'fail-before-claim' };
    const made = await outside.desk.simulate(experiment, { kind: 'schedule', schedule: 'T0*3 T1*3' });
    const screens = screensOn(await replayOfReference(outside, made.run, 0), outside);
    screens.type('/StepTaken<enter>nni');
    const offered = await screens.shows('these could move');
    expect(offered).toMatch(/^ {2}T1 +from \S+ {3}\(this is what was done\)$|^> T1 +from bind\.lock$/m);
    screens.type('<enter>');
    await screens.shows(/position (\d+)\/\1 /);
    expect((await outside.desk.runs()).length).toBe(2);
  });

  it('is not for recordings', () => {
    expect(after('i').says).toBe('This is a recording: nobody can choose again who moves');
  });
});

describe('a run that is being written', () => {
  it('is followed: what comes shows, and is gone to', async () => {
    const outside = outsideWithDesk();
    const made = await outside.desk.simulate(
      { variant: 'robin-mail', scenario: 'case-1a' },
      { kind: 'schedule', schedule: 'T0*3' },
    );
    const run = await outside.desk.openByPage(made.run);
    let arrive: (event: (typeof events)[number]) => void = () => undefined;
    const coming = new Promise<(typeof events)[number]>((resolve) => {
      arrive = resolve;
    });
    const desk = {
      ...outside.desk,
      openByPage: async () => ({ ...run, closed: false }),
      follow: async function* () {
        yield await coming;
      },
    };
    const live = { ...outside, desk };
    const screens = screensOn(
      await fetched({ type: 'fetch', name: 'x', screen: () => replayOfReference(live, made.run, 0) }, live),
      live,
    );
    screens.type('W');
    await screens.shows('following');
    await screens.shows(new RegExp(`position ${made.events}/${made.events}`));
    arrive({ ...(events[0] as (typeof events)[number]), at: nanos(99) });
    await screens.shows(new RegExp(`position ${made.events + 1}/${made.events + 1}`));
  });
});
