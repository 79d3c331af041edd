import type { Position } from '@custody/trace';
import type { Peer } from '../joined.ts';
import { type Span, span } from '../row.ts';
import type { NoteView } from '../view.ts';

/** The sign beside a position: `!` a finding, `n` a note, `@` somebody else who looks there, else the letter of a mark. */
export const flagsOf = (
  findings: ReadonlyMap<Position, unknown>,
  notes: readonly NoteView[],
  marks: Readonly<Record<string, Position>>,
  peers: readonly Peer[],
): ((at: Position) => Span) => {
  const noted = new Set(notes.map((note) => note.position));
  const looked = new Set(peers.map((peer) => peer.position));
  const letters = new Map(Object.entries(marks).map(([letter, at]) => [at, letter]));
  return (at) => {
    if (findings.has(at)) return span('!', 'bad');
    if (noted.has(at)) return span('n', 'accent');
    if (looked.has(at)) return span('@', 'accent');
    const letter = letters.get(at);
    return letter === undefined ? span(' ') : span(letter, 'accent');
  };
};
