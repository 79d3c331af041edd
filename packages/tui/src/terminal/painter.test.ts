import { describe, expect, it } from 'vitest';
import { outsideWithDesk } from '../outside.testing.ts';
import { runsOf } from '../runs/runs-screen.ts';
import { keymapOf } from '../shell/keymap.ts';
import { storeOf } from '../shell/store.ts';
import { painterOf } from './painter.ts';

/** A painter whose time stands still until it is let go on. */
const painting = () => {
  const frames: string[] = [];
  let goOn = (): void => {};
  const sleep = () =>
    new Promise<void>((resolve) => {
      goOn = resolve;
    });
  const size = { columns: 80, rows: 24 };
  const hands = () => ({ quit: () => {}, lend: (use: () => Promise<void>) => use() });
  const store = storeOf(runsOf(), outsideWithDesk(), { size, keymap: keymapOf(new Map()) }, hands);
  const painter = painterOf(store, { write: (text) => frames.push(text) }, false, { sleep });
  const nextFrame = async () => {
    goOn();
    await Promise.resolve();
    await Promise.resolve();
  };
  return { frames, store, painter, nextFrame };
};

describe('frames', () => {
  it('of a burst of changes are two: of the first, and of all the others when the time of a frame is over', async () => {
    const { frames, store, nextFrame } = painting();
    for (const key of '12345') store.press([key]);
    expect(frames).toHaveLength(1);
    await nextFrame();
    expect(frames).toHaveLength(2);
    expect(frames[1]).toContain('12345');
  });

  it('are not drawn while the terminal is lent; afterwards one is, with all that changed meanwhile', () => {
    const { frames, store, painter } = painting();
    painter.lend(true);
    for (const key of '67890') store.press([key]);
    expect(frames).toEqual([]);
    painter.lend(false);
    expect(frames).toHaveLength(1);
    expect(frames[0]).toContain('67890');
  });
});
