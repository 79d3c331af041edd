import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Mail } from './mail.ts';
import { ownWords } from './own-words.ts';
import { readMbox } from './read-mbox.ts';
import { writeMbox } from './write-mbox.ts';

const bytes = (text: string): Uint8Array => Buffer.from(text);
const raw = (...lines: string[]): Uint8Array => bytes(`${lines.join('\n')}\n`);

const anyWord = fc.stringMatching(/^[a-z0-9]{1,12}$/);
const anyId = fc.tuple(anyWord, anyWord).map(([local, domain]) => `${local}@${domain}.example`);
const anyText = fc
  .array(
    fc.oneof(
      fc.string({ unit: 'grapheme', maxLength: 120 }),
      fc.constantFrom('From here', '>From there', '', 'ok =3D'),
    ),
  )
  .map((lines) =>
    lines
      .map((line) => line.replace(/\p{Cc}|[\u2028\u2029]/gu, ''))
      .join('\n')
      .trimEnd(),
  );
const anyMail: fc.Arbitrary<Mail> = fc.record({
  id: anyId,
  answers: fc.uniqueArray(anyId, { maxLength: 3 }),
  author: fc.constantFrom(
    'ada@example.org',
    'Žofie <z@example.org>',
    'Bob B. <bob@example.org>',
    'A, B <c@example.org>',
  ),
  at: fc.constantFrom('2026-11-22T10:00:00.000Z', null),
  subject: fc.constantFrom(
    'race',
    'Re: závod',
    'a rather long subject that says much about what happened in this run, ž',
  ),
  text: anyText,
});

describe('an mbox', () => {
  it('gives back the mails that were put into it, whatever they say', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(anyMail, { minLength: 1, maxLength: 4 }), async (mails) => {
        const { mails: read, nameless, broken } = await readMbox(bytes(writeMbox(mails)));
        const asSaid = mails.map((mail) => ({
          ...mail,
          author: mail.author.includes('<') ? mail.author : `${mail.author} <nobody@custody.invalid>`,
        }));
        expect(read).toEqual(asSaid);
        expect([nameless, broken]).toEqual([0, 0]);
      }),
      { numRuns: 200 },
    );
  });

  it('has no header that somebody put into a name, a subject or an id', async () => {
    const evil = 'x\nBcc: eve@example.org';
    const mail = {
      id: `1@${evil}`,
      answers: [`2@${evil}`],
      author: `Ada <${evil}>`,
      at: null,
      subject: evil,
      text: 'hi',
    };
    const text = writeMbox([mail, { ...mail, author: evil }]);
    expect(text).not.toMatch(/^Bcc/m);
    expect((await readMbox(bytes(text))).mails).toHaveLength(2);
  });

  it('is read with base64, quoted-printable, charsets, several parts and carriage returns', async () => {
    const file = raw(
      'From bob@example.org Mon Nov 23 10:00:00 2026\r',
      'From: =?iso-8859-2?Q?=AEofie?= <z@example.org>\r',
      'Message-ID: <1@example.org>\r',
      'In-Reply-To: <note-n1.run@custody.invalid>\r',
      'Date: Mon, 23 Nov 2026 11:00:00 +0100\r',
      'MIME-Version: 1.0\r',
      'Content-Type: multipart/alternative; boundary=x\r',
      '\r',
      '--x\r',
      'Content-Type: text/plain; charset=iso-8859-2\r',
      'Content-Transfer-Encoding: quoted-printable\r',
      '\r',
      'p=F8=EDklad, kter=FD je =\r',
      'na dva =F8=E1dky\r',
      '--x\r',
      'Content-Type: text/html\r',
      '\r',
      '<b>no</b>\r',
      '--x--\r',
      '',
      'From ada@example.org Mon Nov 23 10:00:00 2026',
      'From: ada@example.org',
      'Message-ID: <2@example.org>',
      'References: <note-n1.run@custody.invalid> <1@example.org>',
      'MIME-Version: 1.0',
      'Content-Type: text/plain; charset=utf-8',
      'Content-Transfer-Encoding: base64',
      '',
      Buffer.from('ano, zámek\n').toString('base64'),
    );
    const { mails } = await readMbox(file);
    expect(mails).toEqual([
      {
        id: '1@example.org',
        answers: ['note-n1.run@custody.invalid'],
        author: 'Žofie <z@example.org>',
        at: '2026-11-23T10:00:00.000Z',
        subject: '',
        text: 'příklad, který je na dva řádky',
      },
      {
        id: '2@example.org',
        answers: ['1@example.org', 'note-n1.run@custody.invalid'],
        author: 'ada@example.org',
        at: null,
        subject: '',
        text: 'ano, zámek',
      },
    ]);
  });

  it('goes on in a mail where a line only begins as a mail does', async () => {
    const { mails } = await readMbox(
      raw('From a@b Thu Nov 26 09:00:00 2026', 'Message-ID: <1@x>', '', 'so:', '', 'From here on it is held.', 'ok'),
    );
    expect(mails.map(({ text }) => text)).toEqual(['so:\n\nFrom here on it is held.\nok']);
  });

  it('may be a single mail; what is neither is refused', async () => {
    const { mails, nameless } = await readMbox(raw('From: a@b.example', 'Subject: hi', '', 'no id'));
    expect([mails.length, nameless]).toEqual([0, 1]);
    await expect(readMbox(Uint8Array.of(1, 2, 3))).rejects.toThrow('neither an mbox nor a mail');
  });
});

describe('the own words of a reply', () => {
  it('are what is neither quoted, nor introduces a quote, nor a signature', () => {
    const text = [
      'Hi,',
      '',
      'On Mon, 23 Nov 2026 at 10:00, Ada Lovelace',
      '<ada@example.org> wrote:',
      '> why EBUSY here?',
      '>> earlier',
      '',
      'Because of the mutex:',
      'it is held.',
      '',
      '> and there?',
      'There too.',
      '',
      '-- ',
      'Bob',
    ];
    expect(ownWords(text.join('\n'))).toBe('Hi,\n\nBecause of the mutex:\nit is held.\n\nThere too.');
  });

  it.each([
    ['a rule', ['________________________________', 'From: Ada <a@x>', 'Sent: Thursday, November 26, 2026 6:24 AM']],
    ['nothing', ['From: Ada <a@x>', 'Sent: Thursday, November 26, 2026 6:24 AM', 'To: Bob']],
    ['a line in German', ['-----Ursprüngliche Nachricht-----', 'Von: Ada', 'Gesendet: Donnerstag']],
    ['a rule in bold', ['________________________________', '', '*De :* Ada', '*Envoyé :* jeudi']],
  ])('are not the mail below them, unquoted under %s as Outlook does', (_, head) => {
    expect(ownWords(['Agreed.', '', ...head, '', 'why EBUSY here?'].join('\n'))).toBe('Agreed.');
  });

  it.each([
    'From: here on\nthe mutex: is held',
    '--- a/drivers/iommu/iommu.c\n+++ b/drivers/iommu/iommu.c\n---\n 1 file changed',
    '__________\nCPU: 0\nPID: 1',
    '--- snip ---\nit oopses\n--- snip ---',
    'Reviewed-by: Bob <b@x>\nDate: today',
  ])('are kept where they only look like it: %j', (text) => {
    expect(ownWords(text)).toBe(text);
  });

  it('are empty where everything is quoted, and everything where nothing is', () => {
    expect(ownWords('On Monday, a@b wrote:\n> all')).toBe('');
    expect(ownWords('just this:\n\n  if (a > b)')).toBe('just this:\n\n  if (a > b)');
  });
});
