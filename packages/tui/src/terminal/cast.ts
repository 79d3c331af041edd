import type { Size } from '../view.ts';

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
  new Proxy(output, {
    get: (target, name) => {
      const value: unknown = Reflect.get(target, name, target);
      if (typeof value !== 'function') return value;
      const bound = value.bind(target) as (...given: unknown[]) => unknown;
      if (name !== 'write') return bound;
      return (text: string, ...more: unknown[]) => {
        hear(String(text));
        return bound(text, ...more);
      };
    },
  });
