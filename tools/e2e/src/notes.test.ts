import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fixture, newStore } from './custody.ts';

const [ada, bob] = [newStore(), newStore()];
const asAda = (...words: string[]) => ada.custody('note', ...words, '--author', 'ada');
const asBob = (...words: string[]) => bob.custody('note', ...words, '--author', 'bob');
const file = (name: string): string => join(ada.folder, name);
// biome-ignore lint/suspicious/noExplicitAny: the document is what the test is about
const notesOf = (at: typeof ada): any[] => at.json('note', 'list', '6.1-type').notes;

beforeAll(() => {
  expect(ada.custody('import', fixture('6.1-type'), fixture('6.12-type'), fixture('6.1-basic')).code).toBeLessThan(2);
}, 60_000);
afterAll(() => {
  ada.remove();
  bob.remove();
});

describe('two people without a server', () => {
  it('have the same discussion after bundles went to and fro, and the log tells who did what', () => {
    writeFileSync(file('body.txt'), 'who holds\nthe mutex here?\n');
    asAda('add', '6.1-type', '--at', '10', '--to', '20', '--pair', '--body-file', file('body.txt'));
    const [{ id }] = notesOf(ada);
    expect(ada.custody('note', 'export', '6.1-type', '--as', 'bundle', '-o', file('ada.custody')).code).toBe(0);
    expect(bob.custody('note', 'import', file('ada.custody')).code).toBe(0);
    asBob('reply', '6.1-type', id.slice(0, 6), '--body', 'the sibling');
    asBob('label', '6.1-type', id, 'case:2.a');
    asBob('resolve', '6.1-type', id);
    expect(asBob('delete', '6.1-type', id)).toMatchObject({ code: 2, err: expect.stringContaining("it is ada's") });
    asAda('edit', '6.1-type', id, '--body', 'who holds it?');
    expect(bob.custody('export', '6.1-type', '--as', 'bundle', '-o', file('bob.custody')).code).toBe(0);
    ada.custody('note', 'import', file('bob.custody'));
    expect(bob.json('note', 'merge', '6.1-type', ada.store).notes).toEqual({ came: 5, added: 1 });
    expect(bob.custody('note', 'merge', '6.1-type', file('none.db')).err).toMatch(/as that run is not in .*none\.db/);
    expect(notesOf(ada)).toEqual(notesOf(bob));
    expect(notesOf(ada)).toMatchObject([
      {
        author: 'ada',
        body: 'who holds it?',
        anchor: { kind: 'pair', position: 10, until: { position: 20 } },
        replies: [{ author: 'bob', body: 'the sibling' }],
        labels: [{ label: 'case:2.a', author: 'bob' }],
        resolved: true,
        orphan: false,
      },
    ]);
    const { history } = ada.json('note', 'log', '6.1-type');
    const did = history.map(({ author, deeds: [deed] }: { author: string; deeds: { did: string }[] }) => [
      author,
      deed?.did,
    ]);
    expect(did).toEqual([
      ['ada', 'noted'],
      ['ada', 'edited'],
      ['bob', 'replied'],
      ['bob', 'labelled'],
      ['bob', 'resolved'],
    ]);
    expect(ada.json('note', 'list', '6.1-type', '--at', '1').notes).toMatchObject([
      { body: 'who holds\nthe mutex here?' },
    ]);
    expect(asAda('undo', '6.1-type').code).toBe(0);
    expect(notesOf(ada)[0].body).toBe('who holds\nthe mutex here?');
  }, 120_000);

  it('have every revision as it stood after the store was compacted too', () => {
    const { history } = ada.json('note', 'log', '6.1-type');
    const stood = () =>
      history.map(({ revision }: { revision: number }) =>
        ada.json('note', 'list', '6.1-type', '--at', String(revision)),
      );
    const before = stood();
    expect(new Set(before.map((notes: unknown) => JSON.stringify(notes))).size).toBe(history.length);
    expect(ada.custody('compact').code).toBe(0);
    expect(stood()).toEqual(before);
  }, 120_000);

  it('may be people with nothing but mail: who replies to an exported thread has replied to the note', () => {
    expect(ada.custody('note', 'export', '6.1-type', '--as', 'mbox', '-o', file('thread.mbox')).code).toBe(0);
    const thread = readFileSync(file('thread.mbox'), 'utf8');
    const root = /^Message-ID: (<note\.[^>]+>)$/m.exec(thread)?.[1];
    const reply = [
      'From jason@example.org Fri Nov 27 10:00:00 2026',
      'From: =?utf-8?Q?Jas=C3=B3n?= <jason@example.org>',
      'Date: Fri, 27 Nov 2026 11:00:00 +0100',
      'Message-ID: <1@example.org>',
      `In-Reply-To: ${root}`,
      'MIME-Version: 1.0',
      'Content-Type: text/plain; charset=utf-8',
      'Content-Transfer-Encoding: quoted-printable',
      '',
      'On Thu, 26 Nov 2026 at 10:00, ada wrote:',
      '> who holds',
      '',
      'The driver core =E2=80=93 see really_probe.',
      '>From here on it is free.',
      '',
      '-- ',
      'J',
    ];
    writeFileSync(file('replies.mbox'), `${thread}${reply.join('\n')}\n`);
    const first = asAda('import', file('replies.mbox'), '--json');
    expect(JSON.parse(first.out)).toMatchObject({
      replies: [{ author: 'Jasón <jason@example.org>' }],
      known: 2,
      left: [],
    });
    expect(JSON.parse(asAda('import', file('replies.mbox'), '--json').out)).toMatchObject({ replies: [], known: 3 });
    expect(notesOf(ada)[0].replies.at(-1)).toMatchObject({
      author: 'Jasón <jason@example.org>',
      at: '2026-11-27T10:00:00.000Z',
      body: 'The driver core – see really_probe.\nFrom here on it is free.',
      claimed: { by: 'ada', origin: '1@example.org' },
    });
    expect(ada.custody('note', 'list', '6.1-type').out).toContain('(unverified: brought in by ada)');
    const page = ada.custody('note', 'export', '6.1-type', '--as', 'md').out;
    expect(page).toContain('## @10 and 20 (`case:2.a`, resolved)');
    expect(page).toContain('> The driver core – see really_probe.');
  }, 120_000);
});

describe('notes carried to another recording', () => {
  it('come to their places, and those that have none are listed with the reason: exit 1', () => {
    const add = ['add', '6.1-basic', '--at', '1', '--to', '5', '--body', 'nowhere', '--object'];
    expect(asAda(...add, 'group:99')).toMatchObject({ code: 2, err: expect.stringContaining('nothing happens to it') });
    expect(asAda(...add, '03:01.0').code).toBe(0);
    asAda('add', '6.1-basic', '--at', '100', '--body', 'somewhere');
    const trial = ada.json('note', 'carry', '6.1-basic', '6.12-type', '--dry-run');
    expect(ada.json('note', 'list', '6.12-type').notes).toEqual([]);
    const { code, out } = ada.custody('note', 'carry', '6.1-basic', '6.12-type', '--mail');
    const isLost = trial.notes.filter(({ to }: { to: number | null }) => to === null);
    expect(isLost).toContainEqual(
      expect.objectContaining({ text: 'nowhere', why: 'nothing happens to device:0000:03:01.0 there' }),
    );
    expect(code).toBe(1);
    expect(out).toContain('nothing happens to device:0000:03:01.0 there');
    expect(out.split('\n').every((line) => /^[\x20-\x7e]{0,72}$/.test(line))).toBe(true);
    expect(ada.json('note', 'list', '6.12-type').notes).toHaveLength(trial.notes.length - isLost.length);
  }, 60_000);
});
