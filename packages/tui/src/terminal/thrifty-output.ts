import { asciiOf } from './ascii.ts';
import { Cells } from './cells.ts';
import { differenceOf } from './difference.ts';
import { calledWhenWritten, standInFor } from './stand-in.ts';

/** What a frame is drawn on: `process.stdout`, and what stands for it in tests. */
interface Output {
  readonly columns?: number;
  readonly rows?: number;
  write(text: string, written?: () => void): unknown;
}

const escapeSign = '\u001b';
/** Begins a control sequence. */
const csi = `${escapeSign}[`;
const control = new RegExp(`${escapeSign}\\[([?>]?)([\\d;]*)([@-~])`, 'y');
interface ThriftyOptions {
  /** The terminal has only ASCII. @default false */
  readonly isAscii?: boolean;
}

const synchronized = { begin: '?2026h', end: '?2026l' };
const alternateScreen = '?1049h';

/**
 * Stands between who draws whole frames and a terminal, and passes on only the cells that differ: over a slow line a key
 * costs some hundred bytes, and nothing flickers.
 *
 * Modes (`ESC [ ? …`) are passed on as they are. Between the marks of a synchronized update nothing is written.
 *
 * @returns a stream that is `output` in all but what is written to it.
 */
export const thriftyOutput = <Stream extends Output & object>(
  output: Stream,
  { isAscii = false }: ThriftyOptions = {},
): Stream => {
  const sizeNow = () => ({ columns: output.columns ?? 80, rows: output.rows ?? 24 });
  const cellsNow = (): Cells => new Cells(sizeNow().columns, sizeNow().rows);
  let wanted = cellsNow();
  let shown = cellsNow();
  let isUpdating = false;
  let passedOn = '';

  const startOver = (): void => {
    wanted = cellsNow();
    shown = cellsNow();
  };

  /** A terminal of another size has moved things about: it is cleared, and drawn anew. */
  const lookAtSize = (): void => {
    const { columns, rows } = sizeNow();
    if (columns === shown.columns && rows === shown.rows.length) return;
    startOver();
    passedOn += `${csi}2J`;
  };

  const setMode = (mode: string): void => {
    if (mode === synchronized.begin) isUpdating = true;
    else if (mode === synchronized.end) isUpdating = false;
    else {
      passedOn += `${csi}${mode}`;
      if (mode === alternateScreen) {
        startOver();
        passedOn += `${csi}H${csi}2J`;
      }
    }
  };

  const draw = (text: string): void => {
    for (let at = 0; at < text.length; ) {
      const next = text.indexOf(escapeSign, at);
      const words = text.slice(at, next < 0 ? text.length : next);
      wanted.put(isAscii ? Array.from(words, asciiOf).join('') : words);
      if (next < 0) return;
      control.lastIndex = next;
      const [whole, isPrivate, parameters = '', final = ''] = control.exec(text) ?? [];
      if (whole === undefined) {
        at = next + 1;
        continue;
      }
      if (isPrivate === '') wanted.control(parameters, final);
      else setMode(`${isPrivate}${parameters}${final}`);
      at = next + whole.length;
    }
  };

  const flush = (written?: () => void): void => {
    const difference = differenceOf(shown.rows, wanted.rows);
    for (const [index, row] of wanted.rows.entries()) shown.rows[index]?.splice(0, row.length, ...row);
    const text =
      passedOn + (difference === '' ? '' : `${csi}${synchronized.begin}${difference}${csi}${synchronized.end}`);
    passedOn = '';
    if (text !== '' || written !== undefined) output.write(text, written);
  };

  return standInFor(output, (text, ...more) => {
    const written = calledWhenWritten(more);
    lookAtSize();
    draw(text);
    if (!isUpdating || written !== undefined) flush(written);
    return true;
  });
};
