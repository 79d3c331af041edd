import { describe, expect, it } from 'vitest';
import { outsideWithDesk } from '../outside.testing.ts';
import { expectToFit, screensOn } from '../screens.testing.ts';
import type { Outside } from '../shell/outside.ts';
import { runsOf } from './runs-screen.ts';

/** A store with two simulated runs. */
const withRuns = async (given: Partial<Outside> = {}) => {
  const outside = outsideWithDesk(given);
  for (const schedule of ['T0*3', 'T0*4']) {
    await outside.desk.simulate({ variant: 'robin-mail', scenario: 'case-1a' }, { kind: 'schedule', schedule });
  }
  return screensOn(runsOf(), outside);
};

describe('the runs screen', () => {
  it('lists what there is, newest first, with where it is from and whether all of it is there', async () => {
    const screen = await withRuns();
    const frame = await screen.shows('run 1/2');
    const rows = frame.split('\n').filter((line) => line.includes('simulated'));
    expect(rows.length).toBe(2);
    expect(rows[0]).toMatch(/^> robin-mail\/case-1a\/[\da-f]{8} +\d+ complete {2}simulated robin-mail/);
    expectToFit(screen.top());
  });

  it('says what to do when there is none', async () => {
    await screensOn(runsOf(), outsideWithDesk()).shows('No runs yet: i imports a recording, X explores a scheme');
  });

  it('opens a run, and comes back', async () => {
    const screen = await withRuns();
    await screen.shows('run 1/2');
    screen.type('j<enter>');
    await screen.shows('the run begins');
    screen.type('q');
    await screen.shows('run 2/2');
  });

  it('gives the command that opens the chosen run', async () => {
    const screen = await withRuns();
    expect(await screen.shows('run 1/2')).toMatch(/custody replay [\da-f]{12}/);
  });

  it('narrows to the runs with some words as one types', async () => {
    const screen = await withRuns();
    await screen.shows('run 1/2');
    screen.type('/case-1a complete');
    await screen.shows('run 1/2');
    screen.type('<ctrl-u>xyzzy');
    await screen.shows('No run has "xyzzy" in it');
    screen.type('<escape>');
    await screen.shows('run 1/2');
  });

  it('imports a file, whose name can be completed, and says what came of it', async () => {
    const asked: (readonly string[])[] = [];
    const screen = await withRuns({
      paths: (begun) => ['traces/race.trace'].filter((path) => path.startsWith(begun)),
      command: async (words) => {
        asked.push(words);
        return { text: 'imported race\nmore\n', code: 0 };
      },
    });
    await screen.shows('run 1/2');
    screen.type('itr<tab><enter>');
    await screen.shows('imported race');
    expect(asked).toEqual([['import', 'traces/race.trace', '--quiet']]);
  });

  it('says why a file could not be imported', async () => {
    const screen = await withRuns({
      command: async () => ({ text: 'custody: Cannot import "x" as there is no such file\n', code: 2 }),
    });
    await screen.shows('run 1/2');
    screen.type('ix<enter>');
    await screen.shows('Cannot import "x" as there is no such file');
  });
});
