import type { Line } from './line.ts';

/**
 * What TextReader is to read, written to be plain: the whole text at once, a pattern for each form of line, and no
 * state but the lines so far. Tests compare the two.
 */
export type PlainLine = {
  readonly kind: Line['kind'];
  readonly said?: Readonly<Record<string, unknown>>;
  readonly lines?: number;
};

const s = '[ \\t\\v\\f\\r]';
const time = '(?<seconds>\\d+)(?:\\.(?<fraction>\\d+))?';
const named = '(?<name>[^ \\t\\v\\f\\r:]+): ?(?<fields>.*)$';
const forms = [
  `^(?<comm>.+?)-(?<tid>\\d+)${s}+(?:\\([ \\t\\v\\f\\r\\d-]+\\)${s}+)?\\[(?<cpu>\\d+)\\]${s}+(?:[^ \\t\\v\\f\\r:]+${s}+)?${time}: ${named}`,
  `^[ \\t]*(?![ \\t])(?<comm>.+?)-(?<tid>\\d+)[ \\t]+(?<cpu>\\d+)[.?dDbBX][\\w.?]{3,5}[ \\t]+(?:${time}|(?<micros>\\d+)us[ +!#*@$]): ${named}`,
].map((form) => new RegExp(form, 's'));

const recordOf = (text: string): PlainLine | null => {
  if (/^(#|version = )/.test(text)) return null;
  const groups = forms.map((form) => form.exec(text)?.groups).find((found) => found !== undefined);
  if (!groups) return null;
  const { comm = '', tid, cpu, seconds = '0', fraction = '', micros, name, fields } = groups;
  const whole = BigInt(micros ?? seconds);
  const unit = micros === undefined ? (groups['fraction'] === undefined ? 1n : 1_000_000_000n) : 1000n;
  const at = whole * unit + BigInt(fraction.padEnd(9, '0').slice(0, 9) || 0);
  if (at > BigInt(Number.MAX_SAFE_INTEGER)) return { kind: 'unreadable' };
  // A task can have named itself with blanks only.
  const trimmed = comm.replace(/^[ \t\v\f\r]+/, '') || comm.slice(-1);
  const [, buffer = null, task = trimmed] = /^(\S+?):\s+(.*)$/s.exec(trimmed) ?? [];
  const said = { comm: task === '<...>' ? null : task, buffer, tid, cpu: Number(cpu), at: Number(at), name, fields };
  return { kind: 'record', said, lines: 1 };
};

const otherOf = (text: string): PlainLine => {
  if (/^\s*$/.test(text) || /^(#|version = |cpus=\d+$)/.test(text)) return { kind: 'comment' };
  const lost = /^(?:\S+:\s+)?CPU:(\d{1,9}) \[(?:(?:LOST )?(?:(\d+) )?EVENTS(?: DROPPED)?)\]$/.exec(text);
  if (!lost || / EVENTS\]/.test(text) !== /\[LOST/.test(text)) return { kind: 'unreadable' };
  const count = BigInt(lost[2] ?? 2n ** 64n);
  const isKnown = count <= BigInt(Number.MAX_SAFE_INTEGER);
  return { kind: 'lost', said: { cpu: Number(lost[1]), count: isKnown ? Number(count) : null } };
};

export const readPlainly = (bytes: Uint8Array): readonly PlainLine[] => {
  const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);
  const texts = text.split('\n');
  const cut = texts.pop();
  const lines: PlainLine[] = [];
  for (const line of texts.map((one) => one.replace(/\r$/, ''))) {
    const read = recordOf(line) ?? otherOf(line);
    const last = lines.at(-1);
    const fields = String(last?.said?.['fields']);
    const isOpen = last?.kind === 'record' && fields.split('"').length % 2 === 0;
    const isApart = read.kind === 'record' || read.kind === 'lost' || /^##### CPU \d+ buffer started ####$/.test(line);
    const isLate = read.kind === 'unreadable' && recordOf(line) !== null;
    if (!isOpen || isApart || isLate) lines.push(read);
    else {
      lines.pop();
      lines.push({ ...last, said: { ...last.said, fields: `${fields}\n${line}` }, lines: (last.lines ?? 1) + 1 });
    }
  }
  return cut === '' ? lines : [...lines, { kind: 'unreadable' }];
};
