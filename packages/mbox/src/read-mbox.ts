import type { Address, Email } from 'postal-mime';
import type { Mail } from './mail.ts';

/** More mails than that in one file are refused: it is no thread. */
const mostMails = 100_000;

/** Thrown for bytes that are neither an mbox nor a mail. */
export class NotAMailError extends Error {
  override readonly name = 'NotAMailError';
}

const beginsMbox = (text: string): boolean => text.startsWith('From ');
const beginsMail = (text: string): boolean => /^[A-Za-z][A-Za-z0-9-]*:[ \t]/.test(text);

/** The mails of an mbox, each byte a char, with their lines as they were before they were put into it: headers follow. */
const split = (text: string): readonly string[] =>
  text
    .split(/(?:^|\n)From [^\n]*\n(?=[!-9;-~]+:)/)
    .filter((mail) => mail.trim() !== '')
    .map((mail) => mail.replace(/^>(>*From )/gm, '$1'));

const idsIn = (header: string | undefined): readonly string[] =>
  [...(header ?? '').matchAll(/<([^<>\s]+)>/g)].map(([, id]) => id as string);

const authorOf = (from: Address | undefined): string => {
  if (from?.address === undefined || from.address === '') return from?.name || 'unknown';
  return from.name === '' ? from.address : `${from.name} <${from.address}>`;
};

const timeOf = (date: string | undefined): string | null => {
  const time = new Date(date ?? Number.NaN);
  return Number.isNaN(time.getTime()) ? null : time.toISOString();
};

const mailOf = ({ messageId, inReplyTo, references, from, date, subject = '', text = '' }: Email): Mail | null => {
  const [id] = idsIn(messageId);
  if (id === undefined) return null;
  const answers = [...idsIn(inReplyTo), ...idsIn(references).toReversed()];
  return {
    id,
    answers: [...new Set(answers)],
    author: authorOf(from),
    at: timeOf(date),
    subject,
    text: text.replace(/\r\n?/g, '\n').trimEnd(),
  };
};

/** Do these bytes look like an mbox, or a single mail? */
export const isMbox = (head: Uint8Array): boolean => {
  const text = Buffer.from(head.subarray(0, 1000)).toString('latin1');
  return beginsMbox(text) || beginsMail(text);
};

/**
 * The mails of an mbox (mboxrd or mboxo, with line feeds or carriage returns too), or of a file that is one mail: MIME,
 * transfer encodings and charsets undone. A mail without a Message-ID is left out, and counted.
 *
 * @throws NotAMailError when the bytes are neither.
 */
export const readMbox = async (
  bytes: Uint8Array,
): Promise<{ readonly mails: readonly Mail[]; readonly nameless: number; readonly broken: number }> => {
  const text = Buffer.from(bytes).toString('latin1').replace(/\r\n/g, '\n');
  if (!isMbox(bytes)) throw new NotAMailError('Cannot read mails as these are neither an mbox nor a mail');
  const parts = beginsMbox(text) ? split(text) : [text];
  if (parts.length > mostMails) {
    throw new NotAMailError(`Cannot read ${parts.length} mails as that is no thread; save the thread alone`);
  }
  // Of use only here, and large: no other command waits for it at its start.
  const { default: PostalMime } = await import('postal-mime');
  const mails: Mail[] = [];
  let [nameless, broken] = [0, 0];
  for (const part of parts) {
    try {
      const mail = mailOf(await PostalMime.parse(Buffer.from(part, 'latin1')));
      if (mail === null) nameless += 1;
      else mails.push(mail);
    } catch {
      broken += 1;
    }
  }
  return { mails, nameless, broken };
};
