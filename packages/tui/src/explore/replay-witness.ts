import { replayOfReference } from '../replay/open-run.ts';
import type { Effect } from '../shell/screen.ts';
import type { Asked } from './asked.ts';
import type { Witness } from './verdict-items.ts';

/** Makes the run that a schedule tells and opens it where something is violated, else at its end. */
export const witnessReplay = (asked: Omit<Asked, 'scenario'>, { scenario, schedule }: Witness): Effect<never> => ({
  type: 'fetch',
  name: `replay the schedule in ${scenario}`,
  screen: async (outside) => {
    const made = await outside.desk.simulate({ ...asked, scenario }, { kind: 'schedule', schedule });
    return replayOfReference(outside, made.run, made.violations[0]?.position ?? made.events);
  },
});
