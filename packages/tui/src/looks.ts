import type { Row, Tone } from './row.ts';

/** How a tone looks; nothing depends on it, as some terminals and some eyes tell no colours apart. */
interface Look {
  readonly color?: Color;
  readonly bold?: boolean;
  readonly dim?: boolean;
  readonly inverse?: boolean;
}

/** Of the 16 that every terminal has, ones that stay apart without red and green, with their SGR parameters. */
const colors = { cyan: 36, yellow: 33, red: 31, blueBright: 94 } as const;
type Color = keyof typeof colors;

const looks: Readonly<Record<Tone, Look>> = {
  normal: {},
  dim: { dim: true },
  strong: { bold: true },
  good: { color: 'cyan' },
  warn: { color: 'yellow' },
  bad: { color: 'red', bold: true },
  accent: { color: 'blueBright' },
  inverse: { inverse: true },
};

const lookOf = (tone: Tone, isColored: boolean): Look => {
  const { color, ...colorless } = looks[tone];
  return isColored && color !== undefined ? { ...colorless, color } : colorless;
};

const parametersOf = ({ bold, dim, inverse, color }: Look): readonly number[] => [
  ...(bold === true ? [1] : []),
  ...(dim === true ? [2] : []),
  ...(inverse === true ? [7] : []),
  ...(color === undefined ? [] : [colors[color]]),
];

/** Rows as text for a terminal, each on its line. */
export const paintedRows = (rows: readonly Row[], isColored: boolean): string =>
  rows
    .map((row) =>
      row
        .map(({ text, tone }) => {
          const parameters = parametersOf(lookOf(tone, isColored));
          return parameters.length === 0 ? text : `\u001b[${parameters.join(';')}m${text}\u001b[m`;
        })
        .join(''),
    )
    .join('\n');
