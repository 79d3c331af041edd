import { type Position, position, type Timeline, type TraceEvent } from '@custody/trace';
import { lineOf } from './line-of.ts';

/** The nearest position of a run that ends at `end`; fractions fall to the position before them. */
export const clamp = (at: number, end: Position): Position =>
  position(Math.min(end, Math.max(0, Number.isNaN(at) ? 0 : Math.floor(at))));

const compiled = (pattern: string): RegExp => {
  try {
    return new RegExp(pattern, 'i');
  } catch (cause) {
    const why = cause instanceof Error ? cause.message.replace(/^Invalid regular expression: /, '') : String(cause);
    throw new SyntaxError(
      `Cannot search for "${pattern}" as it is not a regular expression (${why}): ` +
        'put a backslash before ( ) [ ] { } * + ? . | ^ $ to search for the character itself',
      { cause },
    );
  }
};

/**
 * A test of an event's printed line (`lineOf`: comm, task, time, type, fields) against a regular expression;
 * capitals do not matter.
 *
 * @throws SyntaxError when `pattern` is not a regular expression; the message says why and how to mend it.
 */
export const matcher = (pattern: string): ((event: TraceEvent) => boolean) => {
  const expression = compiled(pattern);
  return (event) => expression.test(lineOf(event));
};

/**
 * The nearest hit, as the position just after the matching event, so that the world there shows its effect.
 * Forward looks at the events from index `from` on; backward finds the nearest hit before position `from`. Searching
 * on from a hit therefore finds the next one, never the same one. Linear in the events looked at; does not wrap.
 *
 * @returns null when nothing matches in that direction.
 */
export const searchFrom = (
  timeline: Timeline,
  matches: (event: TraceEvent) => boolean,
  from: Position,
  direction: 'forward' | 'backward',
): Position | null => {
  const step = direction === 'forward' ? 1 : -1;
  const first = direction === 'forward' ? from : Math.min(from - 2, timeline.length - 1);
  for (let index = first; index >= 0 && index < timeline.length; index += step) {
    if (matches(timeline.at(index))) return position(index + 1);
  }
  return null;
};
