import { position } from '@custody/trace';
import { describe, expect, it } from 'vitest';
import { historyOf, undoLast } from './history.ts';
import type { NotesDocument, Signed } from './notes-document.ts';
import { type NotesUpdated, notesSnapshot, noteUpdated, openNotesEvents } from './notes-event.ts';

/** A stream that people write to in turn, each from the notes as they stand. */
const discussion = () => {
  const events: NotesUpdated[] = [];
  const signed = (author: string): Signed => ({ author, at: `2026-11-22T10:00:${10 + events.length}.000Z` });
  const says = (author: string, act: (notes: NotesDocument, signed: Signed) => Uint8Array): void => {
    const stamp = signed(author);
    events.push(noteUpdated({ update: act(openNotesEvents(events), stamp), ...stamp }));
  };
  const undoes = (author: string): boolean => {
    const stamp = signed(author);
    const undoing = undoLast(events, stamp);
    if (undoing !== null) events.push(noteUpdated({ update: undoing.update, undoes: undoing.undoes, ...stamp }));
    return undoing !== null;
  };
  return {
    events,
    says,
    undoes,
    list: () => openNotesEvents(events).list(),
    marks: () => openNotesEvents(events).marks(),
  };
};

const anchor = { position: position(0), event: null, kind: 'event' as const };
const add = (id: string, body: string) => (notes: NotesDocument, signed: Signed) =>
  notes.add({ id, body, anchor, ...signed });
const didOf = (events: readonly NotesUpdated[]) =>
  historyOf(events).map(({ author, deeds }) => [author, ...deeds.map(({ did, id, text }) => `${did} ${id} ${text}`)]);

describe('the history of notes', () => {
  it('tells who did what', () => {
    const { events, says } = discussion();
    says('ada', add('n1', 'why?'));
    says('bob', (notes, signed) => notes.reply({ id: 'r1', note: 'n1', body: 'the mutex', ...signed }));
    says('ada', (notes) => notes.edit({ id: 'n1', author: 'ada', body: 'why EBUSY?' }));
    says('ada', (notes) => notes.edit({ id: 'n1', author: 'ada', body: 'why EBUSY here?' }));
    says('bob', (notes, signed) => notes.label({ note: 'n1', label: 'case:2.a', ...signed }));
    says('bob', (notes, signed) => notes.resolve({ note: 'n1', ...signed }));
    says('ada', (notes, signed) => notes.resolve({ note: 'n1', resolved: false, ...signed }));
    says('ada', (notes, signed) => notes.mark({ id: 'm1', name: 'start', anchor, ...signed }));
    says('bob', (notes) => notes.remove({ id: 'r1', author: 'bob' }));
    expect(didOf(events)).toEqual([
      ['ada', 'noted n1 why?'],
      ['bob', 'replied r1 the mutex'],
      ['ada', 'edited n1 why EBUSY?'],
      ['ada', 'edited n1 why EBUSY here?'],
      ['bob', 'labelled n1 case:2.a'],
      ['bob', 'resolved n1 '],
      ['ada', 'reopened n1 '],
      ['ada', 'marked m1 start'],
      ['bob', 'withdrew r1 '],
    ]);
  });

  it('counts revisions over snapshots, and says of what came twice that it did nothing', () => {
    const { events, says } = discussion();
    says('ada', add('n1', 'why?'));
    const [first] = events as [NotesUpdated];
    const story = [first, notesSnapshot(openNotesEvents(events)), first];
    expect(historyOf(story).map(({ revision, deeds }) => [revision, deeds.length])).toEqual([
      [1, 1],
      [3, 0],
    ]);
  });
});

describe('undoing', () => {
  it('takes back the last that I did, then the one before, and never what others did', () => {
    const { events, says, undoes, list } = discussion();
    says('ada', add('n1', 'one'));
    says('bob', add('n2', 'two'));
    says('ada', (notes) => notes.edit({ id: 'n1', author: 'ada', body: 'uno' }));
    says('ada', (notes) => notes.remove({ id: 'n1', author: 'ada' }));
    const bodies = () => list().map(({ body }) => body);
    expect(bodies()).toEqual(['two']);
    expect([undoes('ada'), bodies()]).toEqual([true, ['uno', 'two']]);
    expect([undoes('ada'), bodies()]).toEqual([true, ['one', 'two']]);
    expect([undoes('ada'), bodies()]).toEqual([true, ['two']]);
    expect([undoes('ada'), bodies()]).toEqual([false, ['two']]);
    expect(didOf(events).map(([author]) => author)).toEqual(['ada', 'bob', 'ada', 'ada', 'ada', 'ada', 'ada']);
  });

  it('turns verdicts, labels and marks back', () => {
    const { says, undoes, list, marks } = discussion();
    says('bob', add('n1', 'one'));
    says('ada', (notes, signed) => notes.resolve({ note: 'n1', ...signed }));
    says('ada', (notes, signed) => notes.label({ note: 'n1', label: 'question', ...signed }));
    says('ada', (notes, signed) => notes.mark({ id: 'm1', name: 'start', anchor, ...signed }));
    says('ada', (notes, signed) =>
      notes.mark({ id: 'm2', name: 'start', anchor: { position: position(7), event: null }, ...signed }),
    );
    expect(marks().map(({ id, anchor: { position: at } }) => [id, at])).toEqual([['m1', 7]]);
    undoes('ada');
    expect(marks().map(({ anchor: { position: at } }) => at)).toEqual([0]);
    undoes('ada');
    expect(marks()).toEqual([]);
    undoes('ada');
    expect(list()).toMatchObject([{ labels: [], resolved: true }]);
    undoes('ada');
    expect(list()).toMatchObject([{ labels: [], resolved: false }]);
  });

  it('passes over what somebody else has had the last word on since', () => {
    const { events, says, undoes, list } = discussion();
    says('ada', add('n1', 'one'));
    says('ada', (notes, signed) => notes.label({ note: 'n1', label: 'question', ...signed }));
    says('ada', (notes, signed) => notes.resolve({ note: 'n1', ...signed }));
    says('bob', (notes, signed) => notes.resolve({ note: 'n1', resolved: false, ...signed }));
    expect(undoLast(events, { author: 'ada', at: '2026-11-23T10:00:00Z' })?.undone).toEqual([
      { did: 'labelled', id: 'n1', text: 'question' },
    ]);
    undoes('ada');
    expect(list()).toMatchObject([{ labels: [], resolved: false }]);
  });

  it('keeps the thread of a note that was answered meanwhile', () => {
    const { says, undoes, list } = discussion();
    says('ada', add('n1', 'one'));
    says('bob', (notes, signed) => notes.reply({ id: 'r1', note: 'n1', body: 'indeed', ...signed }));
    undoes('ada');
    expect(list()).toMatchObject([{ id: 'n1', body: '', withdrawn: true, replies: [{ body: 'indeed' }] }]);
  });
});
