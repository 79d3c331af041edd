import { position } from '@custody/trace';
import { describe, expect, it } from 'vitest';
import { openGate } from './admission.ts';
import { undoLast } from './history.ts';
import { type NotesDocument, openNotes, type Signed } from './notes-document.ts';
import { type NotesUpdated, noteUpdated, openNotesEvents } from './notes-event.ts';

const at = '2026-11-22T10:00:00.000Z';
const anchor = { position: position(0), event: null, kind: 'event' as const };
const long = 'look who holds the mutex\n'.repeat(9);

type Act = (notes: NotesDocument, signed: Signed) => Uint8Array;
const add =
  (id: string, body: string): Act =>
  (notes, signed) =>
    notes.add({ id, anchor, body, ...signed });

/** Every verb, by whom it may be done, each from the notes as they stand. */
const story: readonly (readonly [string, Act])[] = [
  ['ada', add('n1', 'short')],
  ['ada', add('n2', long)],
  ['bob', (notes, signed) => notes.reply({ id: 'r1', note: 'n1', body: long, ...signed })],
  [
    'bob',
    (notes) =>
      notes.reply({ id: 'r2', note: 'n1', author: 'Joe <j@x>', at, body: long, claimed: { by: 'bob', origin: '1@x' } }),
  ],
  [
    'bob',
    (notes) => {
      const subject = { ...anchor, kind: 'object' as const, object: 'group:6', until: anchor };
      return notes.add({
        id: 'n3',
        author: 'joe',
        at,
        anchor: subject,
        body: long,
        claimed: { by: 'bob', origin: 'x/n' },
      });
    },
  ],
  ['ada', (notes) => notes.edit({ id: 'n1', author: 'ada', body: 'short one' })],
  ['ada', (notes) => notes.edit({ id: 'n2', author: 'ada', body: `${long}!` })],
  ['ada', (notes) => notes.remove({ id: 'n1', author: 'ada' })],
  ['ada', (notes) => notes.remove({ id: 'n2', author: 'ada' })],
  ['bob', (notes) => notes.remove({ id: 'n3', author: 'bob' })],
  ['bob', (notes, signed) => notes.resolve({ note: 'n1', ...signed })],
  ['ada', (notes, signed) => notes.resolve({ note: 'n1', resolved: false, ...signed })],
  ['ada', (notes, signed) => notes.label({ note: 'n1', label: 'case:2.a', ...signed })],
  ['bob', (notes, signed) => notes.label({ note: 'n1', label: 'case:2.a', on: false, ...signed })],
  ['ada', (notes, signed) => notes.mark({ id: 'm1', name: 'start', anchor, ...signed })],
  ['ada', (notes) => notes.remove({ id: 'm1', author: 'ada' })],
  [
    'bob',
    (notes, signed) =>
      notes.together(() => {
        notes.add({ id: 'n4', anchor, body: long, ...signed });
        notes.reply({ id: 'r4', note: 'n4', body: 'so', ...signed });
      }),
  ],
];

describe('the gate', () => {
  it('admits whatever a verb makes in the name of who may do it, and the undoing of all of it', () => {
    const gate = openGate();
    const log: NotesUpdated[] = [];
    const admit = (author: string, update: Uint8Array): void => {
      expect(gate.admit(update, author)).toMatchObject({ admitted: true });
      log.push(noteUpdated({ update, author, at }));
    };
    for (const [author, act] of story) admit(author, act(openNotesEvents(log), { author, at }));
    let undone = 0;
    for (const author of ['ada', 'bob']) {
      for (;;) {
        const undoing = undoLast(log, { author, at });
        if (undoing === null) break;
        const { update, undoes } = undoing;
        admit(author, update);
        log[log.length - 1] = noteUpdated({ update, undoes, author, at });
        undone += 1;
      }
    }
    // All but bob's verdict and ada's label, on which the other has had the last word.
    expect(undone).toBe(story.length - 2);
    expect(openNotesEvents(log).list()).toEqual([]);
    expect(openNotes([gate.whole()]).list()).toEqual([]);
  });

  it('admits the longest body that a verb writes, which is as long as it says', () => {
    const notes = openNotes();
    const [longest, longer] = ['x'.repeat(65_536), 'x'.repeat(65_537)];
    const ada = { author: 'ada', at };
    const gate = openGate();
    expect(gate.admit(notes.add({ id: 'n1', anchor, body: longest, ...ada }), 'ada')).toMatchObject({ admitted: true });
    const refused = 'Cannot keep 65537 characters in one note as 65536 are allowed';
    expect(() => notes.add({ id: 'n2', anchor, body: longer, ...ada })).toThrow(refused);
    expect(() => notes.reply({ id: 'r1', note: 'n1', body: longer, ...ada })).toThrow(refused);
    expect(() => notes.edit({ id: 'n1', author: 'ada', body: longer })).toThrow(refused);
  });
});
