import { groupId, nanos, type TraceEvent, taskId, timelineOf } from '@custody/trace';
import { describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import { openNotes } from './notes-document.ts';

/** What custody stored until the document got its present shape: objects, with a whole meaning in each anchor. */
const earlier = (): Uint8Array => {
  const doc = new Y.Doc();
  const stamp = { author: 'ada', at: '2026-11-22T10:00:00.000Z' };
  const claim = ['CallEntered', 'T0', 'group:6', 'claim'];
  const event = { type: 'CallReturned', role: 'T0', object: 'group:6', detail: 'claim OK' };
  const around = { occurrence: 1, of: 1, before: JSON.stringify(claim), after: null };
  doc.getMap('notes').set('n1', { ...stamp, body: 'granted', anchor: { position: 2, event: { ...event, ...around } } });
  doc.getMap('replies').set('r1', { ...stamp, author: 'bob', note: 'n1', body: 'indeed' });
  doc.getMap('verdicts').set('n1', { ...stamp, author: 'bob', resolved: true });
  return Y.encodeStateAsUpdate(doc);
};

const claimed: readonly TraceEvent[] = [
  { task: taskId('T0'), at: nanos(0), type: 'CallEntered', data: { op: 'claim', group: groupId('6') } },
  { task: taskId('T0'), at: nanos(1), type: 'CallReturned', data: { op: 'claim', group: groupId('6'), errno: 'OK' } },
];

describe('notes of the earlier shape', () => {
  it('are listed with their replies and verdicts, at the place that they were anchored to', () => {
    const [note] = openNotes([earlier()]).list(timelineOf(claimed));
    expect(note).toMatchObject({ id: 'n1', author: 'ada', body: 'granted', resolved: true, orphan: false });
    expect(note?.anchor).toMatchObject({ position: 2, kind: 'event', event: { detail: 'claim OK', occurrence: 1 } });
    expect(note?.replies).toMatchObject([{ id: 'r1', author: 'bob', body: 'indeed' }]);
  });

  it('can be edited, answered, opened again and taken back by whom they belong to', () => {
    const notes = openNotes([earlier()]);
    const later = { author: 'ada', at: '2026-11-23T10:00:00.000Z' };
    notes.edit({ id: 'n1', author: 'ada', body: 'granted at once' });
    notes.resolve({ note: 'n1', ...later, resolved: false });
    expect(notes.list()).toMatchObject([{ body: 'granted at once', resolved: false }]);
    expect(() => notes.remove({ id: 'r1', author: 'ada' })).toThrow('Cannot delete "r1" as it is bob\'s');
    notes.remove({ id: 'r1', author: 'bob' });
    notes.remove({ id: 'n1', author: 'ada' });
    expect(notes.list()).toEqual([]);
  });
});
