import type { Scenario } from '../scenario.ts';
import { bindIntoLiveGroup } from './bind-into-live-group.ts';
import { case1a } from './case-1a.ts';
import { case4ai } from './case-4a-i.ts';
import { failBeforeClaim } from './fail-before-claim.ts';
import { probeFailsLate } from './probe-fails-late.ts';
import { refusedBind } from './refused-bind.ts';

/** Every scenario, in the order of domain/ownership.md §6. */
export const scenarios: readonly Scenario[] = [
  bindIntoLiveGroup, //
  case1a,
  case4ai,
  failBeforeClaim,
  probeFailsLate,
  refusedBind,
];
