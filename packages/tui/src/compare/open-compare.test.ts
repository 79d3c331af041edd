import { timelineOf } from '@custody/trace';
import type { Run } from '@custody/workbench';
import { describe, expect, it } from 'vitest';
import { outsideWithDesk } from '../outside.testing.ts';
import { longRun, viewOf } from '../run.testing.ts';
import type { CommandOutput, Outside } from '../shell/outside.ts';
import { comparisonOf } from './open-compare.ts';

/** A run too long to be compared while somebody types. */
const long: Run = {
  ...viewOf(longRun(12_000)),
  findings: [],
  life: 0,
  timeline: timelineOf(longRun(12_000)),
  complete: true,
  closed: true,
  damage: null,
};

/** Both runs are the long one; the command prints what a test says. */
const outsidePrinting = (printed: (outside: Outside) => CommandOutput): Outside => {
  const { desk } = outsideWithDesk();
  const outside: Outside = outsideWithDesk({
    desk: { ...desk, open: async () => long },
    command: async () => printed(outside),
  });
  return outside;
};

const compared = (outside: Outside) => comparisonOf({ left: 'a', right: 'b' }, outside, new AbortController().signal);

describe('two long runs', () => {
  it('are compared by a process of their own, as they would be here', async () => {
    const outside = outsidePrinting(({ desk }) => {
      const { comparison, episodes, ownership, ...worlds } = desk.compare(long, long);
      const text = `custody: a complaint\n${JSON.stringify({ ...comparison, episodes, ownership, worlds })}\n`;
      return { text, code: 0 };
    });
    const standing = await compared(outside);
    expect(standing.title().right).toBe('same: 12,000 events');
  });

  it('that cannot be compared say why', async () => {
    const outside = outsidePrinting(() => ({ text: 'custody: Cannot open the store as it is broken\n', code: 2 }));
    await expect(compared(outside)).rejects.toThrow('Cannot open the store as it is broken');
  });
});
