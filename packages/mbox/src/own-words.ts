const isQuote = (line: string): boolean => /^\s{0,3}>/.test(line);

/** `On Monday, Ada wrote:`: lines of one paragraph that end with a colon, right before a quote. */
const introducesQuote = (paragraph: readonly string[]): boolean => {
  const text = paragraph.join(' ').trim();
  return paragraph.length <= 4 && text.endsWith(':') && /[@<]|wrote|writes|\d{4}/i.test(text);
};

const isSignature = (line: string): boolean => line === '-- ' || line === '--';

const saysAnswered = (line: string): boolean => /^-{3,}\s*Original Message\s*-{3,}$/i.test(line);
/** A line across, or what `saysAnswered` in another language: people cut with it as well (`--- snip ---`). */
const isRule = (line: string): boolean => /^_{10,}$|^-{3,}[^-]{2,40}-{3,}$/.test(line);
const isBlank = (line: string): boolean => line.trim() === '';

const field = (...names: readonly string[]): RegExp => new RegExp(`^\\*?(?:${names.join('|')}) ?:\\*?\\s`, 'i');
const whose = field('From', 'Von', 'De', 'Da', 'Van', 'Od', 'Från', 'Fra');
const when = field('Sent', 'Date', 'Gesendet', 'Datum', 'Envoyé', 'Enviado(?: el)?', 'Inviato', 'Verzonden', 'Skickat');

/**
 * Where the mail that is answered begins: Outlook keeps it whole below the answer, not quoted, and names who wrote it
 * when, maybe below a rule.
 */
const beginsAnswered = (lines: readonly string[], at: number): boolean => {
  const line = lines[at] as string;
  if (saysAnswered(line)) return true;
  const [first = '', second = ''] = isRule(line)
    ? lines.slice(at + 1, at + 4).filter((one) => !isBlank(one))
    : lines.slice(at, at + 2);
  return whose.test(first) && when.test(second);
};

/** Takes off what introduces a quote, from the end of what was written so far. */
const withoutIntroduction = (lines: readonly string[]): readonly string[] => {
  const end = lines.findLastIndex((line) => line.trim() !== '') + 1;
  const begin = lines.slice(0, end).findLastIndex((line) => line.trim() === '') + 1;
  return introducesQuote(lines.slice(begin, end)) ? lines.slice(0, begin) : lines;
};

/** What the author of a mail wrote, without quotes, what introduces them, the mail below, the signature. May be empty. */
export const ownWords = (text: string): string => {
  let own: string[] = [];
  let wasQuote = false;
  const lines = text.split('\n');
  for (const [at, line] of lines.entries()) {
    if (isSignature(line) || beginsAnswered(lines, at)) break;
    const quote = isQuote(line);
    if (quote && !wasQuote) own = [...withoutIntroduction(own), ''];
    if (!quote) own.push(line.trimEnd());
    wasQuote = quote;
  }
  return own
    .join('\n')
    .replace(/\n{3,}/g, '\n\n')
    .trim();
};
