/** Columns of a line. */
const width = 100;

/** Where a line may be broken, the best place first. To SPIN the end of a line ends a statement, but not after these. */
const places = [/ -> /g, /; /g, / (?:&&|\|\|) /g];

const breakIn = (line: string, from: number): number => {
  for (const place of places) {
    const last = [...line.slice(0, width).matchAll(place)].findLast(({ index }) => index > from);
    if (last !== undefined) return last.index + last[0].length;
  }
  return -1;
};

/** A statement over as many lines as it takes, those after the first indented by `hang` more. */
export const folded = (line: string, hang = 4): readonly string[] => {
  if (line.length <= width) return [line];
  const indent = /^ */.exec(line)?.[0].length ?? 0;
  const at = breakIn(line, indent + hang);
  if (at < 0) return [line];
  return [line.slice(0, at).trimEnd(), ...folded(' '.repeat(indent + hang) + line.slice(at), 0)];
};

/** Text that stays within its comment, and on its line. */
export const inComment = (text: string): string => text.replaceAll('*/', '* /').replace(/[\r\n]+/g, ' ');

/** A comment of these lines, whatever is in them. */
export const commented = (lines: readonly string[]): readonly string[] => [
  '/*',
  ...lines.map((line) => ` * ${inComment(line)}`.trimEnd()),
  ' */',
];
