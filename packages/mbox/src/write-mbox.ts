import type { Mail } from './mail.ts';

/** Columns of a line of quoted-printable, without its line break (RFC 2045, section 6.7). */
const encodedWidth = 75;

const hex = (byte: number): string => `=${byte.toString(16).toUpperCase().padStart(2, '0')}`;

/** One line as quoted-printable: soft breaks where it is long, blanks at its end told. */
const quotedPrintableLine = (line: string): string => {
  const bytes = [...Buffer.from(line)];
  const pieces = bytes.map((byte, index) => {
    const isLast = index === bytes.length - 1;
    const isPlain = (byte > 0x20 && byte < 0x7f && byte !== 0x3d) || ((byte === 0x20 || byte === 0x09) && !isLast);
    return isPlain ? String.fromCharCode(byte) : hex(byte);
  });
  const lines = [''];
  for (const piece of pieces) {
    const last = lines.length - 1;
    if ((lines[last] as string).length + piece.length > encodedWidth) lines.push(piece);
    else lines[last] += piece;
  }
  return lines.join('=\n');
};

const isPlainAscii = (text: string): boolean =>
  /^[\t\n\x20-\x7e]*$/.test(text) && text.split('\n').every((line) => line.length <= 998);

/** A header's text: as it is, or as encoded words of at most 75 columns (RFC 2047). */
const headerText = (text: string): string => {
  if (/^[\x20-\x7e]*$/.test(text)) return text;
  const words: string[] = [];
  let word = '';
  for (const char of text.replace(/[\r\n]+/g, ' ')) {
    if (Buffer.byteLength(word + char) > 42) {
      words.push(word);
      word = '';
    }
    word += char;
  }
  return [...words, word].map((part) => `=?utf-8?B?${Buffer.from(part).toString('base64')}?=`).join('\n ');
};

/** What may stand between angle brackets: whatever somebody put into a name or an id begins no header of its own. */
const addressed = (text: string): string => text.replace(/[^\x21-\x7e]|[<>]/g, '');

/** `Ada <ada@x>` with its name encoded or quoted where it must be. */
const authorText = (author: string): string => {
  const [, name = author, address = ''] = /^(.*?)\s*<([^<>]*)>$/.exec(author) ?? [];
  const told = /^[\w !#$%&'*+/=?^`{|}~-]*$/.test(name) ? name : headerText(name);
  const safe = told === name && /[^\w !#$%&'*+/=?^`{|}~-]/.test(name) ? `"${name.replace(/(["\\])/g, '\\$1')}"` : told;
  return `${safe} <${addressed(address) || 'nobody@custody.invalid'}>`;
};

const bracketed = (id: string): string => `<${addressed(id)}>`;

const headersOf = ({ id, answers, author, at, subject }: Mail): readonly string[] => [
  `From: ${authorText(author)}`,
  ...(at === null ? [] : [`Date: ${new Date(at).toUTCString().replace('GMT', '+0000')}`]),
  `Subject: ${headerText(subject)}`,
  `Message-ID: ${bracketed(id)}`,
  ...(answers[0] === undefined ? [] : [`In-Reply-To: ${bracketed(answers[0])}`]),
  ...(answers.length === 0 ? [] : [`References: ${answers.toReversed().map(bracketed).join('\n ')}`]),
  'MIME-Version: 1.0',
];

const contentOf = (text: string): readonly string[] => {
  const isPlain = isPlainAscii(text);
  return [
    `Content-Type: text/plain; charset=${isPlain ? 'us-ascii' : 'utf-8'}`,
    `Content-Transfer-Encoding: ${isPlain ? '7bit' : 'quoted-printable'}`,
    '',
    ...text.split('\n').map((line) => (isPlain ? line : quotedPrintableLine(line))),
  ];
};

/** What begins a mail of an mbox is told from a line that begins so by one more `>` before the latter (mboxrd). */
const escaped = (line: string): string => (/^>*From /.test(line) ? `>${line}` : line);

/** Mails as an mbox, as mail readers and `git am` take it. */
export const writeMbox = (mails: readonly Mail[]): string =>
  mails
    .map((mail) => {
      const lines = [...headersOf(mail), ...contentOf(mail.text)].join('\n').split('\n');
      return `From mboxrd@z Thu Jan  1 00:00:00 1970\n${lines.map(escaped).join('\n')}\n\n`;
    })
    .join('');
