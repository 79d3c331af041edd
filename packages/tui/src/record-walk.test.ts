import { describe, expect, it } from 'vitest';
import { recordWalk } from './record-walk.ts';
import { replayOf } from './replay/replay-screen.ts';
import { longRun, viewOf } from './run.testing.ts';
import { modelScreen } from './terminal/screen.testing.ts';

const size = { columns: 80, rows: 24 };
const recorded = (keys: string): readonly string[] =>
  recordWalk(replayOf(viewOf(longRun(30))), keys, { ...size, title: 'a walk', pause: 0.5 })
    .trimEnd()
    .split('\n');

describe('a cast', () => {
  it('has the header of asciinema’s second format', () => {
    expect(JSON.parse(recorded('')[0] ?? '')).toMatchObject({ version: 2, width: 80, height: 24, title: 'a walk' });
  });

  it('shows on a terminal what the screen shows, at its time', async () => {
    const events = recorded('jjj')
      .slice(1)
      .map((line) => JSON.parse(line) as [number, string, string]);
    expect(events.map(([at, kind]) => [at, kind])).toEqual([
      [0, 'o'],
      [0, 'o'],
      [0.5, 'o'],
      [1, 'o'],
      [1.5, 'o'],
      [2, 'o'],
    ]);
    const screen = modelScreen(size.columns, size.rows);
    for (const [, , text] of events.slice(0, -1)) await screen.write(text);
    expect(screen.rows().join('\n')).toContain('position 3/30');
  });

  it('is the same for the same keys', () => {
    expect(recorded('jjkG')).toEqual(recorded('jjkG'));
  });
});
