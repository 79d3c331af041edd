import { position } from '@custody/trace';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { openNotes } from './notes-document.ts';
import { noteUpdated, openNotesEvents, updateIn } from './notes-event.ts';

const stamp = { author: 'ada', at: '2026-11-22T10:00:00Z' };
const stored = (count: number) => {
  const notes = openNotes();
  const anchor = { position: position(0), event: null, kind: 'event' as const };
  return Array.from({ length: count }, (_, number) =>
    noteUpdated({ update: notes.add({ id: `n${number}`, ...stamp, anchor, body: 'b' }), ...stamp }),
  );
};
const idsAfter = (events: Parameters<typeof openNotesEvents>[0]) =>
  openNotesEvents(events)
    .list()
    .map(({ id }) => id);

describe('an event of a notes stream', () => {
  it('holds any bytes and gives them back', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (update) => {
        const event = noteUpdated({ update, ...stamp });
        expect(updateIn(JSON.parse(JSON.stringify(event)))).toEqual(update);
      }),
    );
  });

  it('brings its note back when the stream is opened again', () => {
    expect(idsAfter(stored(3))).toEqual(['n0', 'n1', 'n2']);
    expect(idsAfter(stored(3).slice(0, 2))).toEqual(['n0', 'n1']);
  });
});

describe('a damaged event', () => {
  const open = (update: string) => {
    const events = stored(3).with(1, { type: 'NotesUpdated', data: { ...stamp, update } });
    return openNotesEvents(events);
  };

  it.each(['not base64!', 'AAA', '/////w=='])(
    'such as %s is named by its position and the good ones are kept',
    (update) => {
      const notes = open(update);
      expect(notes.damaged.map(({ position }) => position)).toEqual([1]);
      expect(notes.damaged[0]?.message).toMatch(
        /Cannot read the notes' update at position 1: .*(base64|not a Yjs update)/,
      );
      expect(notes.list().map(({ id }) => id)).toContain('n0');
    },
  );
});
