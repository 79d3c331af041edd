import type { Standing } from '../shell/screen.ts';
import { textOn } from '../text-screen/text-screen.ts';
import { remarksAt } from './body.ts';
import { eventAt } from './moves.ts';
import { readingLines } from './place-rows.ts';
import { worldLines } from './spoken.ts';
import type { Replay } from './state.ts';

/** All that is said at the cursor, to be read without anything cut. */
export const readingOf = (state: Replay): Standing => {
  const { view, position: at } = state;
  return textOn({
    title: `${view.title}, position ${at}`,
    from: '',
    command: `custody note list ${view.header.run}`,
    lines: [...readingLines(eventAt(state), remarksAt(state)), '', ...worldLines(state)],
  });
};
