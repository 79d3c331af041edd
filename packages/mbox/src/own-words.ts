const isQuote = (line: string): boolean => /^\s{0,3}>/.test(line);

/** `On Monday, Ada wrote:`: lines of one paragraph that end with a colon, right before a quote. */
const introducesQuote = (paragraph: readonly string[]): boolean => {
  const text = paragraph.join(' ').trim();
  return paragraph.length <= 4 && text.endsWith(':') && /[@<]|wrote|writes|\d{4}/i.test(text);
};

/** Where what follows is another's mail, kept whole below the answer, or a signature. */
const isTail = (line: string): boolean =>
  line === '-- ' || line === '--' || /^-{3,}\s*Original Message\s*-{3,}$/i.test(line);

/** Takes off what introduces a quote, from the end of what was written so far. */
const withoutIntroduction = (lines: readonly string[]): readonly string[] => {
  const end = lines.findLastIndex((line) => line.trim() !== '') + 1;
  const begin = lines.slice(0, end).findLastIndex((line) => line.trim() === '') + 1;
  return introducesQuote(lines.slice(begin, end)) ? lines.slice(0, begin) : lines;
};

/** What the author of a mail wrote, without quotes, what introduces them, the signature. May be empty. */
export const ownWords = (text: string): string => {
  let own: readonly string[] = [];
  let wasQuote = false;
  for (const line of text.split('\n')) {
    if (isTail(line)) break;
    const quote = isQuote(line);
    if (quote && !wasQuote) own = [...withoutIntroduction(own), ''];
    if (!quote) own = [...own, line.trimEnd()];
    wasQuote = quote;
  }
  return own
    .join('\n')
    .replace(/\n{3,}/g, '\n\n')
    .trim();
};
