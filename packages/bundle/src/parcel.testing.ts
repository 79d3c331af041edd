import { type LogEvent, streamId } from '@custody/log';
import type { Batch, Parcel, Source } from './parcel.ts';

const about = { header: { run: '3f9c', title: 'a run, “quoted”' }, openedAt: '2026-11-22T20:00:00.000Z' };

const eventsOf = (count: number): readonly LogEvent[] =>
  Array.from({ length: count }, (_, step) => ({
    type: step % 3 === 0 ? 'OwnerSet' : 'LockAcquired',
    data: { group: '6', owner: step % 3 === 0 ? null : `0xff${step}`, text: 'Ähre\n→' },
    task: String(100 + (step % 7)),
    at: 1_000_000 * step,
  }));

const notesOf = (count: number): readonly LogEvent[] =>
  Array.from({ length: count }, (_, index) => ({
    type: 'NotesUpdated',
    data: { update: Buffer.from(`update ${index}`).toString('base64'), author: 'jason', at: '2026-11-22' },
  }));

/** A parcel of so many events and notes, handed on in batches of `size`. */
export const parcelOf = (events: number, notes: number, size = 700): Parcel => ({
  about,
  events: { stream: streamId('run-3f9c'), count: events },
  notes: { stream: streamId('notes-3f9c'), count: notes },
  read: async function* () {
    for (const [of, items] of [['events', eventsOf(events)] as const, ['notes', notesOf(notes)] as const]) {
      for (let from = 0; from < items.length; from += size) yield { of, items: items.slice(from, from + size) };
    }
  },
});

export const bytesOf = async (pieces: AsyncIterable<Uint8Array>): Promise<Buffer> => {
  const all: Uint8Array[] = [];
  for await (const piece of pieces) all.push(piece);
  return Buffer.concat(all);
};

/** A file of these bytes, which come in pieces of `size`. */
export const fileOf = (bytes: Uint8Array, size = 65_536): Source => ({
  name: 'run.custody',
  open: async function* () {
    for (let from = 0; from < bytes.length; from += size) yield bytes.subarray(from, from + size);
  },
});

/** All that a parcel holds. */
export const unpacked = async (parcel: Parcel) => {
  const all: Record<Batch['of'], LogEvent[]> = { events: [], notes: [] };
  for await (const { of, items } of parcel.read()) all[of].push(...items);
  const { read: _read, ...label } = parcel;
  return { label, ...all };
};
