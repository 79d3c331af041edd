/**
 * The first row in sight of a list of `count` rows, for a cursor on `row`. The list jumps by half its height instead of
 * sliding, so that a step redraws two lines, not all; the first row follows from the cursor alone, so a place always
 * looks the same.
 */
export const topFor = (row: number, count: number, height: number): number => {
  const half = Math.max(1, Math.floor(height / 2));
  const jumped = Math.floor((row - Math.floor(height / 4)) / half) * half;
  return Math.max(0, Math.min(jumped, count - height));
};
