import { isNotesUpdated, openGate, openNotes, updateIn } from '@custody/annotations';
import { eventsOf, memoryLog } from '@custody/log';
import { position } from '@custody/trace';
import { describe, expect, it } from 'vitest';
import { notesStream } from './catalogue.ts';
import { deskOn } from './desk.testing.ts';
import type { ThreadMail } from './note-mails.ts';
import { recording } from './recording.testing.ts';

const thread = async () => {
  const log = memoryLog();
  const desk = deskOn(log);
  await desk.importRecording(recording(4));
  const run = await desk.open('uses');
  const { changed = '' } = await desk.addNote(run, position(5), { author: 'ada', body: 'why?\nreally' });
  const [root] = (await desk.noteMails(run)) as [ThreadMail];
  return { log, desk, run, note: changed, root };
};
const answer = (id: string, answers: readonly string[], text = 'the mutex'): ThreadMail => ({
  id,
  answers,
  author: 'Bob <bob@example.org>',
  at: '2026-11-23T09:00:00.000Z',
  subject: 'Re: why?',
  text,
});

describe('a note as a mail', () => {
  it('says where it is, and has a Message-ID that leads back to it', async () => {
    const { run, note, root } = await thread();
    expect(root).toMatchObject({ id: `note.${note}.${run.header.run}@custody.invalid`, author: 'ada', answers: [] });
    expect(root.subject).toBe('[uses] why?');
    expect(root.text).toBe(
      `uses (run ${run.header.run}), position 5:\n  DomainAttached group=6 domain=default\n  by h\n\nwhy?\nreally`,
    );
  });
});

describe('a mail that answers a note', () => {
  it('becomes a reply of its author, as claimed by who brought it in; twice, or by two people, once', async () => {
    const { desk, run, note, root } = await thread();
    const mails = [answer('1@x', [root.id]), answer('2@x', ['1@x'], 'and the sibling')];
    expect(await desk.takeMails(mails, 'ada')).toMatchObject({ replies: [{ note }, { note }], known: 0, left: [] });
    expect(await desk.takeMails(mails, 'ada')).toMatchObject({ replies: [], known: 2, left: [] });
    expect(await desk.takeMails(mails, 'eve')).toMatchObject({ replies: [], known: 2, left: [] });
    const [{ replies } = { replies: [] }] = (await desk.notes(run)).notes;
    expect(replies.map(({ author, body, claimed }) => [author, body, claimed])).toEqual([
      ['Bob <bob@example.org>', 'the mutex', { by: 'ada', origin: '1@x' }],
      ['Bob <bob@example.org>', 'and the sibling', { by: 'ada', origin: '2@x' }],
    ]);
  });

  it('is in an update that a server takes, however many come at once', async () => {
    const { desk, log, run, root } = await thread();
    const mails = Array.from({ length: 40 }, (_, n) => answer(`${n}@x`, [root.id], 'ž'.repeat(20_000)));
    expect((await desk.takeMails(mails, 'ada')).replies).toHaveLength(40);
    const gate = openGate();
    for await (const event of eventsOf(log.read(notesStream({ run: run.header.run, life: 0 })))) {
      if (isNotesUpdated(event)) expect(gate.admit(updateIn(event), 'ada')).toMatchObject({ admitted: true });
    }
    expect(openNotes([gate.whole()]).list()).toMatchObject([{ replies: { length: 40 } }]);
  });

  it('keeps its Message-ID when the thread is exported again, and is known there', async () => {
    const { desk, run, root } = await thread();
    await desk.takeMails([answer('1@x', [root.id])], 'ada');
    const mails = await desk.noteMails(run);
    expect(mails.map(({ id }) => id)).toEqual([root.id, '1@x']);
    expect(await desk.takeMails(mails, 'ada')).toMatchObject({ replies: [], known: 2, left: [] });
  });

  it('is left with the reason when it answers nothing here, or says nothing', async () => {
    const { desk, root } = await thread();
    const mails = [
      answer('1@x', ['other@x']),
      answer('2@x', [root.id], ' \n'),
      answer('3@x', [root.id.replace('note.', 'note.no')]),
      answer('4@x', ['note.n1.0123@custody.invalid']),
      answer('5@x', ['6@x']),
      answer('6@x', ['5@x']),
      answer('7@x', [root.id], 'x'.repeat(70_000)),
    ];
    const { replies, left } = await desk.takeMails(mails, 'ada');
    expect(replies).toEqual([]);
    expect(left.map(({ id, why }) => [id, why.slice(0, 25)])).toEqual([
      ['1@x', 'it answers no note: none '],
      ['2@x', 'it has no words of its ow'],
      ['5@x', 'it answers no note: none '],
      ['6@x', 'it answers no note: none '],
      ['7@x', 'it has 70034 characters, '],
      ['3@x', 'it answers note non1 on r'],
      ['4@x', 'it answers a note on run '],
    ]);
  });
});
