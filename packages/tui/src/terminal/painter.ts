import { paintedRows } from '../looks.ts';
import { frameRows } from '../shell/frame-rows.ts';
import type { Outside } from '../shell/outside.ts';
import type { Store } from '../shell/store.ts';

const csi = '\u001b[';

/** Milliseconds from one frame to the next: more than 60 in a second nobody sees. */
const betweenFrames = 16;

export interface Painter {
  /** Draws what the store has now, whole. */
  readonly paint: () => void;
  /** Draws nothing while the terminal is lent to somebody; what is there afterwards is drawn with it. */
  readonly lend: (isLent: boolean) => void;
  readonly close: () => void;
}

/**
 * Draws a store's frames on a terminal whenever it changes: a change that comes soon after a frame is drawn with those that
 * come with it.
 */
export const painterOf = (
  store: Pick<Store, 'shell' | 'subscribe'>,
  output: { write(text: string): unknown },
  isColored: boolean,
  { sleep }: Pick<Outside, 'sleep'>,
): Painter => {
  let isResting = false;
  let isDue = false;
  let isClosed = false;
  let isLent = false;

  const paint = (): void => {
    const rows = paintedRows(frameRows(store.shell()), isColored).replaceAll('\n', `${csi}K\n`);
    output.write(`${csi}?2026h${csi}H${rows}${csi}K${csi}J${csi}?2026l`);
  };

  const paintSoon = (): void => {
    isDue = isResting;
    if (isDue || isLent) return;
    paint();
    isResting = true;
    void sleep(betweenFrames).then(() => {
      isResting = false;
      if (isDue && !isClosed) paintSoon();
    });
  };

  const unsubscribe = store.subscribe(paintSoon);
  return {
    paint,
    lend: (lent) => {
      isLent = lent;
      if (!lent) paint();
    },
    close: () => {
      unsubscribe();
      isClosed = true;
    },
  };
};
