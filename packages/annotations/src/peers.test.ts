import { position } from '@custody/trace';
import { describe, expect, it } from 'vitest';
import type { Note } from './note.ts';
import { type NotesDocument, openNotes } from './notes-document.ts';
import { type NotesUpdated, noteUpdated, openNotesEvents, updateIn } from './notes-event.ts';

const { process } = globalThis as { readonly process?: { readonly env: Readonly<Record<string, string | undefined>> } };
/** `PEERS=all npx vitest` tries 1,000 seeds. */
const seeds = process?.env['PEERS'] === 'all' ? 1000 : 10;
const names = ['ada', 'bob', 'eve', 'joe', 'kim'] as const;
const turns = 60;

/** Marsaglia's xorshift: the same numbers for the same seed. */
const chanceOf = (seed: number) => {
  let state = (seed + 1) * 2654435761;
  return (below: number): number => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
};

interface Peer {
  readonly name: string;
  readonly notes: NotesDocument;
  /** What this peer has stored, in its own order. */
  readonly log: NotesUpdated[];
  /** What is on its way to it. */
  readonly inbox: NotesUpdated[];
  /** What was lost on its way, to be sent once more. */
  readonly lost: NotesUpdated[];
  isOnline: boolean;
}

/** What must come out, told without Yjs: each body has one writer, so the last that they wrote stands. */
interface Expected {
  readonly bodies: Map<string, string>;
  readonly marks: Map<string, number>;
  /** Everything that was ever said of a note or label: one of them stands. */
  readonly words: Map<string, Set<boolean>>;
}

const told = (peer: Peer): string => JSON.stringify([peer.notes.list(), peer.notes.marks()]);

const mineOf = (notes: readonly Note[], author: string): readonly string[] =>
  notes
    .flatMap((note) => [note, ...note.replies])
    .flatMap((one) => (one.author === author && one.body !== '' ? one.id : []));

/** One peer does something to the notes as they know them. */
const act = (peer: Peer, turn: number, chance: (below: number) => number, expected: Expected): Uint8Array => {
  const { name: author, notes } = peer;
  const at = `2026-11-22T10:${String(turn).padStart(2, '0')}:00.000Z`;
  const id = `${author}${turn}`;
  const list = notes.list();
  const note = list[chance(Math.max(1, list.length))]?.id;
  const mine = mineOf(list, author);
  const own = mine[chance(Math.max(1, mine.length))];
  const body = `${'word '.repeat(chance(25))}${id}`;
  const say = (key: string, word: boolean): boolean => {
    expected.words.set(key, (expected.words.get(key) ?? new Set()).add(word));
    return word;
  };
  const what = chance(8);
  if (note === undefined || what === 0) {
    expected.bodies.set(id, body);
    return notes.add({ id, author, at, body, anchor: { position: position(chance(9)), event: null, kind: 'event' } });
  }
  if (what === 1 || own === undefined) {
    expected.bodies.set(id, body);
    return notes.reply({ id, note, author, at, body });
  }
  if (what === 2 || what === 3) {
    expected.bodies.set(own, body);
    return notes.edit({ id: own, author, body });
  }
  if (what === 4) {
    expected.bodies.set(own, '');
    return notes.remove({ id: own, author });
  }
  if (what === 5) return notes.resolve({ note, author, at, resolved: say(note, chance(2) === 0) });
  if (what === 6)
    return notes.label({ note, label: 'question', author, at, on: say(`${note} question`, chance(2) === 0) });
  const where = chance(9);
  expected.marks.set(author, where);
  return notes.mark({ id, name: author, author, at, anchor: { position: position(where), event: null } });
};

const take = (peer: Peer, event: NotesUpdated): void => {
  peer.notes.apply(updateIn(event));
  peer.log.push(event);
};

/** Something on its way comes, comes twice, or is lost, in no order. */
const deliver = (peer: Peer, chance: (below: number) => number): void => {
  const [event] = peer.inbox.splice(chance(peer.inbox.length), 1);
  if (event === undefined) return;
  const fate = chance(4);
  if (fate === 0) peer.lost.push(event);
  else take(peer, event);
  if (fate === 1) peer.inbox.push(event);
};

const play = (seed: number) => {
  const chance = chanceOf(seed);
  const expected: Expected = { bodies: new Map(), marks: new Map(), words: new Map() };
  const peers = names.map((name): Peer => ({ name, notes: openNotes(), log: [], inbox: [], lost: [], isOnline: true }));
  for (let turn = 0; turn < turns; turn += 1) {
    const peer = peers[chance(peers.length)] as Peer;
    const at = '2026-11-22T10:00:00.000Z';
    const event = noteUpdated({ update: act(peer, turn, chance, expected), author: peer.name, at });
    peer.log.push(event);
    for (const other of peers) if (other !== peer) other.inbox.push(event);
    const restless = peers[chance(peers.length)] as Peer;
    if (chance(5) === 0) restless.isOnline = !restless.isOnline;
    for (const other of peers) {
      for (let more = chance(4); more > 0 && other.isOnline && other.inbox.length > 0; more -= 1)
        deliver(other, chance);
    }
  }
  for (const peer of peers) {
    peer.inbox.push(...peer.lost.splice(0));
    while (peer.inbox.length > 0) take(peer, peer.inbox.splice(chance(peer.inbox.length), 1)[0] as NotesUpdated);
  }
  return { peers, expected };
};

const assertAsExpected = (notes: NotesDocument, { bodies, marks, words }: Expected): void => {
  const list = notes.list();
  const said = new Map(list.flatMap((note) => [note, ...note.replies]).map(({ id, body }) => [id, body]));
  for (const [id, body] of bodies) expect([id, said.get(id) ?? '']).toEqual([id, body]);
  expect(new Map(notes.marks().map(({ name, anchor }) => [name, anchor.position as number]))).toEqual(marks);
  for (const { id, resolved, labels } of list) {
    expect(words.get(id) ?? new Set([false])).toContain(resolved);
    expect(words.get(`${id} question`) ?? new Set([false])).toContain(labels.length > 0);
  }
};

describe('five peers, offline now and then', () => {
  it(`have the same notes once all updates have come: out of order, twice, lost and sent again (${seeds} seeds)`, () => {
    for (let seed = 0; seed < seeds; seed += 1) {
      const { peers, expected } = play(seed);
      const [first, ...others] = peers as [Peer, ...Peer[]];
      for (const peer of others) expect(told(peer), `seed ${seed}: ${peer.name} and ${first.name}`).toBe(told(first));
      const reopened = openNotesEvents(JSON.parse(JSON.stringify(first.log)));
      expect(JSON.stringify([reopened.list(), reopened.marks()]), `seed ${seed}: opened again`).toBe(told(first));
      assertAsExpected(first.notes, expected);
    }
  }, 600_000);
});
