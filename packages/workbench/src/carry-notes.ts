import type { Anchor, Mark, Note, NotesDocument, Signed } from '@custody/annotations';
import type { Position } from '@custody/trace';
import { inBatches } from './batches.ts';
import { type Carried, type CarriedBy, carryPlaces } from './carry-places.ts';
import { RequestError } from './errors.ts';
import { changeNotes, notesOf } from './notes.ts';
import type { Run } from './open-run.ts';
import type { Ports } from './ports.ts';

/** A note or mark of one run, and where it came to in another. */
export interface CarriedNote {
  /** In the run that it comes from. */
  readonly id: string;
  readonly author: string;
  /** What it says, or the mark's name. */
  readonly text: string;
  readonly from: Position;
  /** Null for an orphan; `why` says why. */
  readonly to: Position | null;
  readonly by: CarriedBy | null;
  readonly why: string | null;
}

export interface CarriedNotes {
  readonly notes: readonly CarriedNote[];
  readonly marks: readonly CarriedNote[];
  /** How many notes and replies were new there. */
  readonly added: number;
  readonly damaged: readonly string[];
}

const told = ({ id, author }: Note | Mark, text: string, from: Position, carried: Carried<unknown>): CarriedNote => ({
  id,
  author,
  text,
  from,
  to: carried.anchor?.position ?? null,
  by: carried.by,
  why: carried.why,
});

/** Where a note or reply comes from first, also when it was carried before. */
const originOf = (run: Run, { id, claimed }: { readonly id: string; readonly claimed?: { readonly origin: string } }) =>
  claimed?.origin ?? `${run.header.run}/${id}`;

/** A thread one by one: the note, and each reply behind it. */
const piecesOf = (note: Note, anchor: Anchor): readonly (readonly [Note, Anchor])[] => [
  [{ ...note, replies: [] }, anchor],
  ...note.replies.map((reply) => [{ ...note, replies: [reply] }, anchor] as const),
];
const charsOf = ([{ body, replies }]: readonly [Note, Anchor]): number =>
  JSON.stringify(replies.length > 0 ? replies : body).length;

/** Writes what is not there yet. @returns how many notes and replies that were. */
const writeTo = (
  notes: NotesDocument,
  ports: Ports,
  { from, to, carried, signed }: { from: Run; to: Run; carried: readonly (readonly [Note, Anchor])[]; signed: Signed },
): number => {
  const { author: by, at } = signed;
  const there = new Map(
    notes
      .list()
      .flatMap(({ id, claimed, replies }) =>
        [{ id, claimed }, ...replies].flatMap((one) =>
          one.claimed === undefined ? [] : [[one.claimed.origin, one.id]],
        ),
      ) as readonly (readonly [string, string])[],
  );
  let added = 0;
  const home = `${to.header.run}/`;
  const idOf = (origin: string): string => {
    if (origin.startsWith(home)) return origin.slice(home.length);
    return there.get(origin) ?? ports.digest(`${origin} ${by}`).slice(0, 12);
  };
  for (const [note, anchor] of carried) {
    const origin = originOf(from, note);
    const id = idOf(origin);
    if (!notes.has(id)) {
      added += 1;
      notes.add({ id, author: note.author, at: note.at, anchor, body: note.body, claimed: { by, origin } });
      for (const { label } of note.labels) notes.label({ note: id, label, author: by, at });
      if (note.resolved) notes.resolve({ note: id, author: by, at });
    }
    for (const reply of note.replies) {
      const claimed = { by, origin: originOf(from, reply) };
      const replyId = idOf(claimed.origin);
      if (notes.has(replyId)) continue;
      added += 1;
      notes.reply({ id: replyId, note: id, author: reply.author, at: reply.at, body: reply.body, claimed });
    }
  }
  return added;
};

export interface CarryRequest {
  /** Who carries them, and vouches for what others wrote. */
  readonly author: string;
  /** Only says where each would come to. */
  readonly isTrial: boolean;
}

/**
 * Brings the notes and marks of one run to another, each to the same event of the same kind of episode, and says how
 * surely; what has no such place there is left, with the reason. Once more adds what is new since.
 *
 * @throws RequestError when both are the same run.
 */
export const carryNotes = async (
  ports: Ports,
  from: Run,
  to: Run,
  { author, isTrial }: CarryRequest,
): Promise<CarriedNotes> => {
  if (from.header.run === to.header.run) {
    throw new RequestError(`Cannot carry the notes on ${from.header.title} to itself; name another run`);
  }
  const { notes, marks, damaged } = await notesOf(ports, from);
  const placed = carryPlaces(from, to, notes);
  const markPlaces = marks.map((mark) => ({ mark, anchor: { ...mark.anchor, kind: 'event' as const } }));
  const placedMarks = carryPlaces(from, to, markPlaces);
  const carried = placed.flatMap(({ said, anchor }) => (anchor === null ? [] : piecesOf(said, anchor)));
  let added = 0;
  for (const batch of isTrial ? [] : inBatches(carried, charsOf)) {
    await changeNotes(ports, to, author, (document, signed) => ({
      update: document.together(() => {
        added += writeTo(document, ports, { from, to, carried: batch, signed });
      }),
    }));
  }
  if (!isTrial && placedMarks.some(({ anchor }) => anchor !== null)) {
    await changeNotes(ports, to, author, (document, signed) => ({
      update: document.together(() => {
        for (const { said, anchor } of placedMarks) {
          if (anchor === null) continue;
          const id = ports.digest(`${originOf(from, said.mark)} ${author}`).slice(0, 12);
          if (!document.has(id)) document.mark({ id, name: said.mark.name, anchor, ...signed });
        }
      }),
    }));
  }
  return {
    notes: placed.map((one) => told(one.said, one.said.body, one.said.anchor.position, one)),
    marks: placedMarks.map((one) => told(one.said.mark, one.said.mark.name, one.said.anchor.position, one)),
    added,
    damaged,
  };
};
