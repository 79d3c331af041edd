import { formatSchedule, type Report } from '@custody/explore';
import { caseMark, cases, failedCaseMark, unlistedPrefix } from './cases.ts';

/** Whether a case can occur, and whether what is done there is what it expects. */
export interface CaseVerdict {
  readonly reached: boolean;
  /** `true`: every time. `null`: it was never reached, or a bound stopped the search first. */
  readonly holds: boolean | null;
  /** A shortest schedule: against the expectation when that fails, else into the case; null when it is not reached. */
  readonly witness: string | null;
}

/** A situation that no case covers, and a shortest schedule into it. */
export interface Unlisted {
  readonly says: string;
  readonly witness: string;
}

/** The verdict on every case, by its id. */
export const caseVerdicts = ({ marks, complete }: Pick<Report, 'marks' | 'complete'>): Record<string, CaseVerdict> =>
  Object.fromEntries(
    cases.map(({ id }) => {
      const reached = marks.get(caseMark(id));
      const failed = marks.get(failedCaseMark(id));
      const witness = failed ?? reached;
      const holds = failed !== undefined ? false : reached !== undefined && complete ? true : null;
      return [id, { reached: reached !== undefined, holds, witness: witness ? formatSchedule(witness) : null }];
    }),
  );

export const unlistedIn = ({ marks }: Pick<Report, 'marks'>): readonly Unlisted[] =>
  [...marks]
    .filter(([mark]) => mark.startsWith(unlistedPrefix))
    .map(([mark, schedule]) => ({ says: mark.slice(unlistedPrefix.length), witness: formatSchedule(schedule) }));
