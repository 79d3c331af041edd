import type { LogEvent } from '@custody/log';

/** An event as it is stored: its line of JSON, and its time when it has a numeric `at`. */
export interface Line {
  readonly text: string;
  readonly at: number | undefined;
}

/** @throws TypeError when the event holds what JSON cannot say (a bigint, a cycle). */
export const lineOf = (event: LogEvent): Line => ({
  text: JSON.stringify(event),
  at: 'at' in event && Number.isFinite(event.at) ? (event.at as number) : undefined,
});

/** The least and greatest time among `lines`; null when none has any. */
export const timesOf = (
  lines: readonly Line[],
): { readonly earliest: number | null; readonly latest: number | null } => {
  let earliest: number | null = null;
  let latest: number | null = null;
  for (const { at } of lines) {
    if (at === undefined) continue;
    if (earliest === null || at < earliest) earliest = at;
    if (latest === null || at > latest) latest = at;
  }
  return { earliest, latest };
};

/** A segment is complete once it holds `events` events, or `chars` characters of text. */
export interface SegmentSize {
  readonly events: number;
  readonly chars: number;
}

/**
 * Cuts lines into complete segments, and the rest that is not enough for one. Where the cuts fall depends on the
 * lines alone, not on how many came with which append.
 */
export const cut = (
  lines: readonly Line[],
  { events, chars }: SegmentSize,
): { readonly complete: readonly (readonly Line[])[]; readonly rest: readonly Line[] } => {
  const complete: (readonly Line[])[] = [];
  let start = 0;
  let length = 0;
  for (const [index, line] of lines.entries()) {
    length += line.text.length;
    if (index + 1 - start < events && length < chars) continue;
    complete.push(lines.slice(start, index + 1));
    start = index + 1;
    length = 0;
  }
  return { complete, rest: lines.slice(start) };
};
