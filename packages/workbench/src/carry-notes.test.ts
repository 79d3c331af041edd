import { isNotesUpdated, openGate, openNotes, updateIn } from '@custody/annotations';
import { eventsOf, memoryLog } from '@custody/log';
import { position } from '@custody/trace';
import { describe, expect, it } from 'vitest';
import { notesStream } from './catalogue.ts';
import { deskOn } from './desk.testing.ts';
import { recording } from './recording.testing.ts';

/** Two recordings of the same, of which the second goes on for longer. */
const twoRuns = async () => {
  const log = memoryLog();
  const desk = deskOn(log);
  await desk.importRecording(recording(3, 'short'));
  await desk.importRecording(recording(5, 'long'));
  const [from, to] = [await desk.open('short'), await desk.open('long')];
  return { log, desk, from, to };
};

describe('carrying notes', () => {
  it('brings notes with replies, labels and verdicts, and marks, in the name of their authors', async () => {
    const { desk, from, to } = await twoRuns();
    const { changed = '' } = await desk.addNote(from, position(5), { author: 'ada', body: 'why?' });
    await desk.replyToNote(from, changed, { author: 'bob', body: 'so' });
    await desk.labelNote(from, changed, { author: 'bob', label: 'question' });
    await desk.resolveNote(from, changed, 'bob');
    await desk.markPlace(from, 'first', position(5), 'ada');
    const carried = await desk.carryNotes(from, to, { author: 'eve', isTrial: false });
    expect(carried).toMatchObject({ added: 2, notes: [{ id: changed, from: 5, to: 5, why: null }] });
    const { notes, marks } = await desk.notes(to);
    expect(notes).toMatchObject([
      {
        author: 'ada',
        body: 'why?',
        claimed: { by: 'eve', origin: `${from.header.run}/${changed}` },
        resolved: true,
        labels: [{ label: 'question' }],
        replies: [{ author: 'bob', body: 'so' }],
      },
    ]);
    expect(marks).toMatchObject([{ name: 'first', author: 'eve', anchor: { position: 5 } }]);
  });

  it('once more adds only what is new, also when somebody else does it, or brings it back', async () => {
    const { desk, from, to } = await twoRuns();
    const { changed = '' } = await desk.addNote(from, position(5), { author: 'ada', body: 'why?' });
    const carry = (author: string) => desk.carryNotes(from, to, { author, isTrial: false });
    expect((await carry('ada')).added).toBe(1);
    expect((await carry('ada')).added).toBe(0);
    expect((await carry('bob')).added).toBe(0);
    await desk.replyToNote(from, changed, { author: 'bob', body: 'so' });
    expect((await carry('bob')).added).toBe(1);
    expect((await desk.notes(to)).notes).toMatchObject([{ replies: [{ body: 'so' }] }]);
    expect((await desk.carryNotes(to, from, { author: 'eve', isTrial: false })).added).toBe(0);
  });

  it('makes updates that a server takes, however much is said', async () => {
    const { log, desk, from, to } = await twoRuns();
    const { changed = '' } = await desk.addNote(from, position(5), { author: 'ada', body: 'why?' });
    for (let n = 0; n < 30; n += 1) {
      await desk.replyToNote(from, changed, { author: 'ada', body: `${n} ${'ž'.repeat(20_000)}` });
    }
    expect((await desk.carryNotes(from, to, { author: 'ada', isTrial: false })).added).toBe(31);
    const gate = openGate();
    for await (const event of eventsOf(log.read(notesStream({ run: to.header.run, life: 0 })))) {
      if (isNotesUpdated(event)) expect(gate.admit(updateIn(event), 'ada')).toMatchObject({ admitted: true });
    }
    expect(openNotes([gate.whole()]).list()).toMatchObject([{ replies: { length: 30 } }]);
  });

  it('writes nothing when it only tries, and nothing to the run that the notes are on', async () => {
    const { desk, from, to } = await twoRuns();
    await desk.addNote(from, position(5), { author: 'ada', body: 'why?' });
    expect(await desk.carryNotes(from, to, { author: 'ada', isTrial: true })).toMatchObject({ added: 0 });
    expect((await desk.notes(to)).notes).toEqual([]);
    await expect(desk.carryNotes(from, from, { author: 'ada', isTrial: false })).rejects.toThrow('to itself');
  });

  it('leaves an orphan where it is and says why', async () => {
    const { desk, from, to } = await twoRuns();
    await desk.importRecording(recording(3, 'other', 9));
    const other = await desk.open('other');
    const subject = { kind: 'object', object: 'group:9', from: position(1), to: position(2) } as const;
    await desk.addNote(other, subject, { author: 'ada', body: 'where?' });
    await desk.addNote(to, position(25), { author: 'ada', body: 'last' });
    const there = await desk.carryNotes(other, to, { author: 'ada', isTrial: false });
    expect(there.notes).toMatchObject([{ to: null, by: null, why: 'nothing happens to group:9 there' }]);
    const back = await desk.carryNotes(to, from, { author: 'ada', isTrial: false });
    expect(back.notes).toMatchObject([{ from: 25, to: null, why: expect.stringContaining('and 3 there') }]);
  });
});
