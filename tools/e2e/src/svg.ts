/** A piece of a line with its looks. */
interface Piece {
  readonly text: string;
  readonly style: string;
}

/** Colours of a dark terminal that stay apart for every eye. */
const palette = { ground: '#1b1f27', text: '#d5d9e0', dim: '#848c99' } as const;
const colors: Readonly<Record<string, string>> = {
  31: '#ff7b72',
  33: '#e3b341',
  36: '#56d4dd',
  94: '#79b8ff',
};

const cell = { width: 8.4, height: 18, margin: 12 } as const;

const escaped = (text: string): string => text.replace(/[&<>]/g, (sign) => `&#${sign.charCodeAt(0)};`);

/** What SGR parameters make of what was set before. */
const styledBy = (set: ReadonlySet<string>, parameters: string): ReadonlySet<string> => {
  const next = new Set(set);
  for (const parameter of parameters.split(';')) {
    if (parameter === '' || parameter === '0') next.clear();
    else if (parameter === '22') for (const one of ['1', '2']) next.delete(one);
    else if (parameter === '27') next.delete('7');
    else if (parameter === '39') for (const color of Object.keys(colors)) next.delete(color);
    else next.add(parameter);
  }
  return next;
};

const attributesOf = (set: ReadonlySet<string>): string => {
  const color = [...set].map((parameter) => colors[parameter]).find((known) => known !== undefined);
  const isInverse = set.has('7');
  const fill = isInverse ? palette.ground : (color ?? (set.has('2') ? palette.dim : palette.text));
  return `fill="${fill}"${set.has('1') ? ' font-weight="bold"' : ''}`;
};

const escapeSign = '\u001b';
const sequence = new RegExp(`(${escapeSign}\\[[\\d;]*m)`);
const parametersIn = new RegExp(`^${escapeSign}\\[([\\d;]*)m$`);

/** The pieces of a line of text with SGR sequences, and what is set behind it. */
const piecesOf = (line: string, before: ReadonlySet<string>) => {
  const pieces: (Piece & { readonly isInverse: boolean })[] = [];
  let set = before;
  for (const part of line.split(sequence)) {
    const [, parameters] = parametersIn.exec(part) ?? [];
    if (parameters !== undefined) set = styledBy(set, parameters);
    else if (part !== '') pieces.push({ text: part, style: attributesOf(set), isInverse: set.has('7') });
  }
  return { pieces, set };
};

/** Every character has its own place, so that it stands in its column whatever font there is. */
const placesOf = (column: number, text: string): string =>
  Array.from(text, (_, index) => (cell.margin + (column + index) * cell.width).toFixed(1)).join(' ');

const lineSvg = (pieces: ReturnType<typeof piecesOf>['pieces'], row: number): string => {
  const y = cell.margin + (row + 0.75) * cell.height;
  let column = 0;
  return pieces
    .map(({ text, style, isInverse }) => {
      const x = cell.margin + column * cell.width;
      const width = [...text].length * cell.width;
      const ground = isInverse
        ? `<rect x="${x.toFixed(1)}" y="${(cell.margin + row * cell.height).toFixed(1)}" width="${width.toFixed(1)}" height="${cell.height}" fill="${palette.text}"/>`
        : '';
      const words =
        text.trim() === ''
          ? ''
          : `<text y="${y.toFixed(1)}" x="${placesOf(column, text)}" ${style}>${escaped(text)}</text>`;
      column += [...text].length;
      return ground + words;
    })
    .join('');
};

/** A picture of a screen of text with SGR sequences, as `tmux capture-pane -e` gives it. */
export const svgOf = (screen: string, columns: number, rows: number, title: string): string => {
  let set: ReadonlySet<string> = new Set();
  const lines = screen
    .split('\n')
    .slice(0, rows)
    .map((line, row) => {
      const found = piecesOf(line, set);
      set = found.set;
      return lineSvg(found.pieces, row);
    });
  const width = Math.ceil(2 * cell.margin + columns * cell.width);
  const height = Math.ceil(2 * cell.margin + rows * cell.height);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img">`,
    `<title>${escaped(title)}</title>`,
    `<rect width="100%" height="100%" rx="6" fill="${palette.ground}"/>`,
    `<g font-family="ui-monospace, 'DejaVu Sans Mono', Menlo, Consolas, monospace" font-size="14" xml:space="preserve">`,
    ...lines.filter((line) => line !== ''),
    '</g>',
    '</svg>',
    '',
  ].join('\n');
};
