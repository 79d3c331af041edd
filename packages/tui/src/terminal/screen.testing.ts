import headless from '@xterm/headless';

/** A terminal's screen as xterm.js understands what it is told. */
export interface ModelScreen {
  readonly write: (text: string) => Promise<void>;
  /** Row by row, without blanks at the end. */
  readonly rows: () => readonly string[];
  /** Row by row, each cell with its looks. */
  readonly cells: () => readonly (readonly string[])[];
}

const looksOf = (
  cell: NonNullable<ReturnType<NonNullable<ReturnType<headless.IBuffer['getLine']>>['getCell']>>,
): string => {
  const text = cell.getChars() || ' ';
  const isSeen = text !== ' ' || cell.isInverse() !== 0 || cell.isUnderline() !== 0;
  if (!isSeen) return text;
  return [text, cell.isBold(), cell.isDim(), cell.isInverse(), cell.isUnderline(), cell.getFgColor()].join(' ');
};

export const modelScreen = (columns: number, rows: number): ModelScreen => {
  const terminal = new headless.Terminal({ cols: columns, rows, allowProposedApi: true });
  const lines = () => Array.from({ length: rows }, (_, row) => terminal.buffer.active.getLine(row));
  return {
    write: (text) => new Promise((resolve) => terminal.write(text, resolve)),
    rows: () => lines().map((line) => line?.translateToString(true) ?? ''),
    cells: () =>
      lines().map((line) =>
        Array.from({ length: columns }, (_, column) => {
          const cell = line?.getCell(column);
          return cell === undefined ? '' : looksOf(cell);
        }),
      ),
  };
};
