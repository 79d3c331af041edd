import type { Size } from '../view.ts';
import { standInFor } from './stand-in.ts';

/** A cast in asciinema's second format, line by line; `asciinema play` shows it. */
export interface Cast {
  readonly header: string;
  /** What was written, so many seconds after the start. */
  readonly output: (seconds: number, text: string) => string;
}

/** @param title - what is seen, for lists of casts. */
export const castOf = ({ columns, rows }: Size, title: string): Cast => ({
  header: `${JSON.stringify({ version: 2, width: columns, height: rows, title, env: { TERM: 'xterm-256color' } })}\n`,
  output: (seconds, text) => `${JSON.stringify([Number(seconds.toFixed(6)), 'o', text])}\n`,
});

/** `output` with everything that is written to it told to `hear` as well. */
export const heardOutput = <Output extends { write(text: string, ...more: never[]): unknown }>(
  output: Output,
  hear: (text: string) => void,
): Output =>
  standInFor(output, (text, ...more) => {
    hear(String(text));
    return output.write(text, ...more);
  });
