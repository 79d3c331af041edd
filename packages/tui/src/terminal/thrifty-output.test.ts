import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { modelScreen } from './screen.testing.ts';
import { thriftyOutput } from './thrifty-output.ts';

const csi = '\u001b[';

/** What a terminal that is told `text` shows. */
const shownAfter = async (text: string) => {
  const screen = modelScreen(size.columns, size.rows);
  // Terminals turn a line feed into a new line, as the tty is set to.
  await screen.write(text.replaceAll(/(?<!\r)\n/g, '\r\n'));
  return screen.cells();
};

const size = { columns: 20, rows: 5 };

/** A terminal that keeps what it was told. */
const terminal = () => {
  const told: string[] = [];
  const output = { ...size, isTTY: true, write: (text: string) => told.push(text) };
  return { output, told };
};

/** As ink draws: all of the frame before is erased, and the new one written. */
const frame = (lines: readonly string[], before: number): string =>
  `${csi}?2026h${`${csi}2K${csi}1A`.repeat(before)}${csi}2K${csi}G${lines.join('\n')}${csi}?2026l`;

const word = fc.constantFrom('a', 'lock', ' ', '日本', 'é', '●', `${csi}1mbold${csi}22m`, `${csi}36mcyan${csi}39m`);
const line = fc.array(word, { maxLength: 4 }).map((words) => words.join(''));
const lines = fc.array(line, { minLength: 4, maxLength: 4 });

describe('a thrifty output', () => {
  it('shows what the frames show, whatever they are', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(lines, { minLength: 1, maxLength: 6 }), async (frames) => {
        const { output, told } = terminal();
        const thrifty = thriftyOutput(output);
        let all = '';
        for (const [index, drawn] of frames.entries()) {
          const text = frame(drawn, index === 0 ? 0 : 3);
          all += text;
          thrifty.write(text);
          expect(await shownAfter(told.join(''))).toEqual(await shownAfter(all));
        }
      }),
      { numRuns: 60 },
    );
  });

  it('writes nothing when nothing differs, and little for little', () => {
    const { output, told } = terminal();
    const thrifty = thriftyOutput(output);
    thrifty.write(frame(['one event', 'two events', '', 'end'], 0));
    const first = told.length;
    thrifty.write(frame(['one event', 'two events', '', 'end'], 3));
    expect(told.length).toBe(first);
    thrifty.write(frame(['one event', 'two eventz', '', 'end'], 3));
    expect(told.slice(first)).toEqual([`${csi}?2026h${csi}2;10Hz${csi}?2026l`]);
  });

  it('passes on modes, and begins anew on the alternate screen', () => {
    const { output, told } = terminal();
    const thrifty = thriftyOutput(output);
    thrifty.write('left from the shell');
    thrifty.write(`${csi}?25l`);
    thrifty.write(`${csi}?1049h`);
    expect(told.slice(1)).toEqual([`${csi}?25l`, `${csi}?1049h${csi}H${csi}2J`]);
  });

  it('clears and draws all when the terminal has another size', () => {
    const { output, told } = terminal();
    const thrifty = thriftyOutput(output);
    thrifty.write(frame(['one', 'two'], 0));
    output.columns = 30;
    thrifty.write(frame(['one', 'two'], 1));
    expect(told.at(-1)).toContain(`${csi}2J`);
    expect(told.at(-1)).toContain('one');
  });

  it('says when a text is written, for who waits for that', () => {
    const written: string[] = [];
    const output = {
      ...size,
      write: (text: string, done?: () => void) => {
        written.push(text);
        done?.();
      },
    };
    let isDone = false;
    thriftyOutput(output).write('', () => {
      isDone = true;
    });
    expect(isDone).toBe(true);
  });
});
