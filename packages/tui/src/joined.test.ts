import { position } from '@custody/trace';
import { describe, expect, it } from 'vitest';
import type { Joined, Peer } from './joined.ts';
import { outsideWithDesk } from './outside.testing.ts';
import { replayOfReference } from './replay/open-run.ts';
import { screensOn } from './screens.testing.ts';

/** A run that is joined, whose others do what a test says. */
const together = () => {
  let peers: readonly Peer[] = [];
  let changed: (what: 'peers' | 'notes') => void = () => {};
  const shown: number[] = [];
  const joined: Joined = {
    peers: () => peers,
    trouble: () => null,
    watch: async (heard) => {
      changed = heard;
    },
    show: (at) => shown.push(at),
  };
  return {
    joined: () => joined,
    shown,
    come: (next: readonly Peer[]): void => {
      peers = next;
      changed('peers');
    },
    write: () => changed('notes'),
  };
};

describe('a replay together with others', () => {
  it('shows where they look and what they write, and shows them where one looks oneself', async () => {
    const others = together();
    const outside = outsideWithDesk({ joined: others.joined });
    const made = await outside.desk.simulate({ variant: 'linux-6.1', scenario: 'case-1a' }, { kind: 'round-robin' });
    const shown = screensOn(await replayOfReference(outside, made.run, 1), outside);
    await shown.shows('position 1/');
    others.come([{ name: 'jason', position: position(3) }]);
    expect(await shown.shows('with jason at 3')).toMatch(/^ @.*LockAcquired/m);

    const run = await outside.desk.open(made.run);
    await outside.desk.addNote(run, position(1), { author: 'jason', body: 'look here' });
    others.write();
    await shown.shows('look here');

    for (const key of 'jj?q') shown.type(key);
    expect(others.shown).toEqual([1, 2, 3]);
    expect(shown.top().spoken()).toContain('jason is here too');
  });
});
