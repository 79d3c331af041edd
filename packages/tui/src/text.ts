/** Characters of two columns: east-asian wide forms and emoji. An approximation; ink cuts again, exactly. */
const wide =
  /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{20000}-\u{3fffd}]|\p{Emoji_Presentation}/u;
const zero = /\p{Mn}|\p{Me}|\p{Cf}/u;
const ascii = /^[\x20-\x7e]*$/;

/** How many columns one character takes: 0, 1 or 2. */
export const columnsOf = (character: string): number => {
  if (zero.test(character)) return 0;
  return wide.test(character) ? 2 : 1;
};

/** How many terminal columns the text takes. */
export const widthOf = (text: string): number => {
  if (ascii.test(text)) return text.length;
  let width = 0;
  for (const character of text) width += columnsOf(character);
  return width;
};

/** The text in at most `width` columns; what was cut shows as `…`. */
export const cut = (text: string, width: number): string => {
  if (width <= 0) return '';
  if (widthOf(text) <= width) return text;
  let kept = '';
  let used = 0;
  for (const character of text) {
    used += columnsOf(character);
    if (used > width - 1) break;
    kept += character;
  }
  return `${kept}…`;
};

/** The text in exactly `width` columns. */
export const fit = (text: string, width: number): string => {
  const kept = cut(text, width);
  return kept + ' '.repeat(Math.max(0, width - widthOf(kept)));
};

/** The last part of a text, in at most `width` columns. */
export const tail = (text: string, width: number): string => {
  const characters = [...text];
  while (widthOf(characters.join('')) > width) characters.shift();
  return characters.join('');
};

/** The text in lines of at most `width` columns, broken at spaces where it has any. */
export const wrapped = (text: string, width: number): readonly string[] => {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(/(?<= )/)) {
    if (widthOf(line + word.trimEnd()) <= width) {
      line += word;
      continue;
    }
    if (line !== '') lines.push(line.trimEnd());
    line = '';
    for (const character of word) {
      if (widthOf(line + character.trimEnd()) > width) {
        lines.push(line);
        line = '';
      }
      line += character;
    }
  }
  return [...lines, line.trimEnd()];
};

// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not reach the terminal.
const controls = /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

/** Text of strangers (notes, comms, kept lines) without what could move the cursor or turn the line around. */
export const plain = (text: string): string => text.replace(/[\t\n]/g, ' ').replace(controls, '·');
