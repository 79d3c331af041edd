import type { Progress } from '../bounds.ts';
import type { Report } from '../report.ts';

/** Takes a search to its end. */
export const toItsEnd = async <Answer>(
  search: AsyncGenerator<Progress, Answer>,
  onProgress?: (progress: Progress) => void,
): Promise<Answer> => {
  for (;;) {
    const step = await search.next();
    if (step.done === true) return step.value;
    onProgress?.(step.value);
  }
};

const lengths = (ways: Report['marks']): object =>
  Object.fromEntries([...ways].map(([name, way]) => [name, way.length]));

/** What does not depend on who was met first: of each witness its length. */
export const essenceOf = ({ bytesPerState: _, deadlock, witnesses, marks, ...counts }: Report): object => ({
  ...counts,
  deadlock: deadlock?.schedule.length,
  witnesses: lengths(witnesses),
  marks: lengths(marks),
});
