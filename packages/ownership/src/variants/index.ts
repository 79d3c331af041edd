import type { Variant } from '../variant.ts';
import { linux612, linux615, linux617 } from './later-linux.ts';
import { linux61 } from './linux-6.1.ts';
import { notifierClaim, notifierCleanupCount, notifierCleanupWalk } from './notifier.ts';
import { robinMail, robinRepaired, robinSketch } from './robin.ts';
import { seriesV6 } from './series-v6.ts';
import { vfioViability } from './vfio-viability.ts';

/** Every version of the protocol, in the order of domain/ownership.md §3. */
export const variants: readonly Variant[] = [
  vfioViability,
  seriesV6,
  robinSketch,
  robinMail,
  robinRepaired,
  linux61,
  linux612,
  linux615,
  linux617,
  notifierCleanupCount,
  notifierCleanupWalk,
  notifierClaim,
];
