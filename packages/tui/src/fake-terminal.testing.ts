import { PassThrough } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import type { Terminal } from './view.ts';

/** A terminal of streams: what was typed goes in, what was written can be read. */
export interface FakeTerminal extends Terminal {
  readonly press: (keys: string) => Promise<void>;
  /** Everything written so far. */
  readonly written: () => string;
  readonly rawModes: readonly boolean[];
}

/** Longer than one frame at 30 frames per second. */
const frame = () => delay(80);

export const fakeTerminal = ({ columns = 80, rows = 24, hasColors = false } = {}): FakeTerminal => {
  const rawModes: boolean[] = [];
  const chunks: string[] = [];
  const input = new PassThrough();
  const output = new PassThrough();
  output.on('data', (chunk) => chunks.push(String(chunk)));
  const quiet = () => input;
  const setRawMode = (isRaw: boolean) => rawModes.push(isRaw);
  return {
    stdin: Object.assign(input, { isTTY: true, setRawMode, ref: quiet, unref: quiet }),
    stdout: Object.assign(output, { isTTY: true, columns, rows, hasColors: () => hasColors }),
    press: async (keys) => {
      input.write(keys);
      await frame();
    },
    written: () => chunks.join(''),
    rawModes,
  };
};
