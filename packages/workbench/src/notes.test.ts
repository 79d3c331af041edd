import { noteUpdated, openNotes } from '@custody/annotations';
import { type EventLog, memoryLog, revision, StoreError, streamId } from '@custody/log';
import { position } from '@custody/trace';
import { describe, expect, it } from 'vitest';
import { deskOn } from './desk.testing.ts';
import { appendUpdates, readNotes } from './notes-stream.ts';
import { recording } from './recording.testing.ts';

/** A desk with one run, where every note gets a time of its own. */
const noted = async (log: EventLog = memoryLog(), ids = 'n') => {
  let minute = 0;
  const desk = () => {
    minute += 1;
    return deskOn(log, { now: `2026-11-22T20:${String(minute).padStart(2, '0')}:00.000Z`, ids: `${ids}${minute}-` });
  };
  await desk().importRecording(recording(4));
  return { log, desk, run: await desk().open('uses') };
};

describe('a note', () => {
  it('may be about an event, a stretch, a pair, or an object over a stretch', async () => {
    const { desk, run } = await noted();
    const [from, to] = [position(2), position(6)];
    const say = { author: 'ada', body: 'look\nhere' };
    await desk().addNote(run, from, say);
    await desk().addNote(run, { kind: 'stretch', from, to }, say);
    await desk().addNote(run, { kind: 'pair', from, to }, say);
    await desk().addNote(run, { kind: 'object', object: 'group:6', from, to }, say);
    const { notes } = await desk().notes(run);
    const told = notes.map(({ anchor: { kind, position: at, until, object } }) => [kind, at, until?.position, object]);
    expect(told).toEqual([
      ['event', 2, undefined, undefined],
      ['stretch', 2, 6, undefined],
      ['pair', 2, 6, undefined],
      ['object', 2, 6, 'group:6'],
    ]);
    await expect(desk().addNote(run, { kind: 'stretch', from: to, to: from }, say)).rejects.toThrow(
      'as that ends before it begins',
    );
  });

  it('is about an object that is in the run, under its whole name', async () => {
    const { desk, run } = await noted();
    const over = { kind: 'object', from: position(2), to: position(6) } as const;
    const say = { author: 'ada', body: 'look' };
    for (const object of ['6', 'group:6', '03:02.0']) await desk().addNote(run, { ...over, object }, say);
    const objects = (await desk().notes(run)).notes.map(({ anchor }) => anchor.object);
    expect(objects).toEqual(['group:6', 'group:6', 'device:0000:03:02.0']);
    await expect(desk().addNote(run, { ...over, object: 'group:9' }, say)).rejects.toThrow(
      'Cannot put a note on object "group:9" as nothing happens to it in uses',
    );
  });

  it('is answered, settled and labelled also by the id of a reply to it', async () => {
    const { desk, run } = await noted();
    const { changed: note = '' } = await desk().addNote(run, position(2), { author: 'ada', body: 'why?' });
    const {
      notes: [
        {
          replies: [reply],
        } = { replies: [] },
      ] = [],
    } = await desk().replyToNote(run, note, {
      author: 'bob',
      body: 'so',
    });
    const { id = '' } = reply ?? {};
    await desk().replyToNote(run, id, { author: 'ada', body: 'ah' });
    await desk().labelNote(run, id, { author: 'ada', label: 'question' });
    const { notes } = await desk().resolveNote(run, id, 'ada');
    expect(notes).toMatchObject([
      { id: note, resolved: true, labels: [{ label: 'question' }], replies: [{ body: 'so' }, { body: 'ah' }] },
    ]);
  });

  it('is named by the beginning of its id where that is enough', async () => {
    const { desk, run } = await noted();
    const { changed = '' } = await desk().addNote(run, position(2), { author: 'ada', body: 'why?' });
    await desk().replyToNote(run, changed.slice(0, 2), { author: 'bob', body: 'so' });
    expect((await desk().notes(run)).notes[0]?.replies).toHaveLength(1);
  });

  it('is edited, labelled and taken back by its author, and by nobody else', async () => {
    const { desk, run } = await noted();
    const { changed = '' } = await desk().addNote(run, position(2), { author: 'ada', body: 'why?' });
    await desk().editNote(run, changed, { author: 'ada', body: 'why EBUSY?' });
    const { notes } = await desk().labelNote(run, changed, { author: 'bob', label: 'case:2.a' });
    expect(notes).toMatchObject([{ body: 'why EBUSY?', labels: [{ label: 'case:2.a', author: 'bob' }] }]);
    await expect(desk().editNote(run, changed, { author: 'bob', body: 'no' })).rejects.toThrow("it is ada's");
    await expect(desk().deleteNote(run, changed, 'bob')).rejects.toThrow("it is ada's, and you are bob");
    await expect(desk().labelNote(run, changed, { author: 'bob', label: 'two words' })).rejects.toThrow('blanks');
    expect((await desk().deleteNote(run, changed, 'ada')).notes).toEqual([]);
  });

  it('that was undone stays undone in the next process, and undoing goes on from there', async () => {
    const { desk, run } = await noted();
    await desk().addNote(run, position(1), { author: 'ada', body: 'one' });
    await desk().addNote(run, position(2), { author: 'ada', body: 'two' });
    await desk().markPlace(run, 'start', position(1), 'ada');
    await expect(desk().markPlace(run, ' ', position(1), 'ada')).rejects.toThrow('no name of one line');
    expect((await desk().undoNotes(run, 'ada')).marks).toEqual([]);
    expect((await desk().undoNotes(run, 'ada')).notes.map(({ body }) => body)).toEqual(['one']);
    expect((await desk().undoNotes(run, 'ada')).notes).toEqual([]);
    await expect(desk().undoNotes(run, 'ada')).rejects.toThrow('ada has nothing left to undo');
    expect((await desk().noteHistory(run)).map(({ deeds }) => deeds[0]?.did)).toEqual([
      'noted',
      'noted',
      'marked',
      'unmarked',
      'withdrew',
      'withdrew',
    ]);
  });
});

describe('the discussion', () => {
  it('is shown as it stood at every revision and time', async () => {
    const { desk, run } = await noted();
    const stood = [(await desk().notes(run)).notes];
    const times = ['2026-11-22T20:00:00.000Z'];
    const { changed = '' } = await desk().addNote(run, position(2), { author: 'ada', body: 'why?' });
    for (const act of [
      () => desk().replyToNote(run, changed, { author: 'bob', body: 'so' }),
      () => desk().resolveNote(run, changed, 'bob'),
      () => desk().resolveNote(run, changed, 'ada', false),
      () => desk().editNote(run, changed, { author: 'ada', body: 'why?!' }),
    ]) {
      stood.push((await desk().notes(run)).notes);
      times.push((await desk().noteHistory(run)).at(-1)?.at ?? '');
      await act();
    }
    for (const [at, notes] of stood.entries()) {
      expect((await desk().notes(run, { revision: at })).notes).toEqual(notes);
      expect((await desk().notes(run, { time: times[at] as string })).notes).toEqual(notes);
    }
    await expect(desk().notes(run, { revision: 99 })).rejects.toThrow('at revision 99 as they are at 5');
  });

  it('of two stores is the same after each took in what the other has, however often', async () => {
    const [ada, bob] = [await noted(memoryLog(), 'a'), await noted(memoryLog(), 'b')];
    const { changed = '' } = await ada.desk().addNote(ada.run, position(2), { author: 'ada', body: 'why?' });
    const exchange = async () => {
      await bob.desk().takeIn(await ada.desk().pack('uses'));
      await ada.desk().takeIn(await bob.desk().pack('uses'));
    };
    await exchange();
    await bob.desk().replyToNote(bob.run, changed, { author: 'bob', body: 'so' });
    await ada.desk().editNote(ada.run, changed, { author: 'ada', body: 'why here?' });
    await exchange();
    await exchange();
    const notes = await ada.desk().notes(ada.run);
    expect(notes.notes).toMatchObject([{ body: 'why here?', replies: [{ body: 'so' }] }]);
    expect(await bob.desk().notes(bob.run)).toEqual(notes);
    expect(await ada.log.head(streamId(`notes-${ada.run.header.run}`))).toBe(3);
  });
});

describe('the stream of notes', () => {
  const stream = streamId('notes-x');
  /** Each by a process of its own, as the command line makes them. */
  const updates = (count: number) =>
    Array.from({ length: count }, (_, number) => {
      const stamp = { author: 'ada', at: '2026-11-22T20:00:00.000Z' };
      const anchor = { position: position(number), event: null, kind: 'event' as const };
      return noteUpdated({ update: openNotes().add({ id: `n${number}`, anchor, body: 'b', ...stamp }), ...stamp });
    });
  const typesIn = async (log: EventLog) => {
    const types: string[] = [];
    for await (const events of log.read(stream)) types.push(...events.map(({ type }) => type));
    return types;
  };

  it.each([1, 500, 1203])(
    'has a snapshot at every 500th event, of just what came before, appended %d at a time',
    async (size) => {
      const log = memoryLog();
      let head = revision(0);
      const all = updates(1203);
      for (let at = 0; at < all.length; at += size)
        head = await appendUpdates(log, stream, all.slice(at, at + size), head);
      const types = await typesIn(log);
      expect(types.flatMap((type, index) => (type === 'NotesSnapshot' ? [index] : []))).toEqual([499, 999]);
      for (const [at, count] of [
        [499, 499],
        [500, 499],
        [501, 500],
        [999, 998],
        [1000, 998],
        [1205, 1203],
      ] as const) {
        expect((await readNotes(log, stream, revision(at))).notes.list()).toHaveLength(count);
      }
    },
  );

  it('does without a snapshot that is too large for the store', async () => {
    const log = memoryLog();
    const small: EventLog = {
      ...log,
      append: (to, events, expected) => {
        if (JSON.stringify(events).length > 20_000) throw new StoreError('Cannot append: too large');
        return log.append(to, events, expected);
      },
    };
    let head = revision(0);
    for (const update of updates(510)) head = await appendUpdates(small, stream, [update], head);
    expect(await typesIn(log)).not.toContain('NotesSnapshot');
    expect((await readNotes(log, stream)).notes.list()).toHaveLength(510);
  });

  it('has no snapshot that would hide what cannot be read', async () => {
    const log = memoryLog();
    const damaged = updates(501).with(3, {
      type: 'NotesUpdated',
      data: { update: 'no', author: 'eve', at: '2026-11-22T20:00:00.000Z' },
    });
    await appendUpdates(log, stream, damaged, revision(0));
    expect(await typesIn(log)).not.toContain('NotesSnapshot');
    expect((await readNotes(log, stream)).notes.damaged.map(({ position: at }) => at)).toEqual([3]);
  });
});
