import { PassThrough } from 'node:stream';
import { vi } from 'vitest';
import { modelScreen } from './terminal/screen.testing.ts';
import type { Terminal } from './view.ts';

/** A terminal of streams: what was typed goes in, what was written can be read. */
export interface FakeTerminal extends Terminal {
  /** Types, once the first frame is there. */
  readonly press: (keys: string) => Promise<void>;
  /** Waits until `text` stands on the screen. @throws when it is not within 10 s. */
  readonly shows: (text: string) => Promise<void>;
  /** Everything written so far. */
  readonly written: () => string;
  readonly rawModes: readonly boolean[];
}

/** The first frame ends with the hint of where to read on. */
const anyFrame = 'help';

/** A busy machine draws late; nothing here is timed. */
const patience = { timeout: 10_000, interval: 10 };

export const fakeTerminal = ({ columns = 80, rows = 24, hasColors = false } = {}): FakeTerminal => {
  const rawModes: boolean[] = [];
  const chunks: string[] = [];
  const screen = modelScreen(columns, rows);
  const input = new PassThrough();
  const output = new PassThrough();
  output.on('data', (chunk) => chunks.push(String(chunk)));
  const written = () => chunks.join('');
  let drawn = 0;
  let isDrawn = false;
  const screenNow = async (): Promise<string> => {
    const text = written();
    const more = text.slice(drawn);
    drawn = text.length;
    await screen.write(more.replaceAll(/(?<!\r)\n/g, '\r\n'));
    return screen.rows().join('\n');
  };
  const shows = (text: string): Promise<void> =>
    vi.waitFor(async () => {
      const now = await screenNow();
      if (!now.includes(text)) throw new Error(`Cannot find ${JSON.stringify(text)} on the screen:\n${now}`);
    }, patience);
  const quiet = () => input;
  const setRawMode = (isRaw: boolean) => rawModes.push(isRaw);
  return {
    stdin: Object.assign(input, { isTTY: true, setRawMode, ref: quiet, unref: quiet }),
    stdout: Object.assign(output, { isTTY: true, columns, rows, hasColors: () => hasColors }),
    press: async (keys) => {
      if (!isDrawn) await shows(anyFrame);
      isDrawn = true;
      input.write(keys);
    },
    shows,
    written,
    rawModes,
  };
};
