import { calledWhenWritten, standInFor } from './stand-in.ts';

/** `output`, but that nothing written to it arrives: for who has to have something to draw on. */
export const unseenOutput = <Output extends { write(text: string, ...more: never[]): unknown }>(
  output: Output,
): Output =>
  standInFor(output, (_text, ...more) => {
    const written = calledWhenWritten(more);
    if (written !== undefined) queueMicrotask(written);
    return true;
  });
