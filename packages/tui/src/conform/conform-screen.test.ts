import { describe, expect, it } from 'vitest';
import { outsideWithDesk } from '../outside.testing.ts';
import { screensOn } from '../screens.testing.ts';
import { rankingOf } from './ranking-screen.ts';
import { conformOf } from './conform-screen.ts';

const asked = { variant: 'robin-mail', scenario: 'fail-before-claim' };
describe('x', () => {
  it('y', async () => {
    const outside = outsideWithDesk();
    const { run } = await outside.desk.simulate(asked, { kind: 'schedule', schedule: 'T0*5 T1*3 T0*3 T1!fail T1 T1' });
    const shown = screensOn(rankingOf({ run, title: 'story' }), outside);
    console.log(await shown.shows('explain it'));
    shown.type('<enter>');
    console.log(await shown.shows('in numbers'));
    shown.type('qjjjjj<enter>');
    console.log(await shown.shows('position'));
    const two = screensOn(conformOf({ run, title: 'story', variant: 'linux-6.1' }), outside, { columns: 120, rows: 40 });
    console.log(await two.shows(/REF|explained/));
    two.type('<enter>');
    console.log(await two.shows('position'));
    expect(1).toBe(1);
  });
});
