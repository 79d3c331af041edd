import { variantOf } from '../variant.ts';
import { linux61 } from './linux-6.1.ts';
import { robinMail } from './robin.ts';

/** The cleanup "punted back to iommu_bus_notifier", with a count that the device remembers. V6a. */
export const notifierCleanupCount = variantOf(linux61, {
  id: 'notifier-cleanup-count',
  title: 'the count, given back in the bus notifier',
  source: 'the seed mail, its last paragraph; domain/ownership.md §3 V6a',
  knobs: {
    claimRecord: 'count per device',
    releaseOnUnbind: 'UNBOUND_DRIVER',
    releaseOnLateFailure: 'DRIVER_NOT_BOUND',
    typeGuard: 'unowned',
  },
});

/** The same with the walk: DRIVER_NOT_BOUND comes before dev->driver = NULL. V6a. */
export const notifierCleanupWalk = variantOf(robinMail, {
  id: 'notifier-cleanup-walk',
  title: "Robin Murphy's walk, in the bus notifier",
  source: 'the seed mail, its last paragraph; domain/ownership.md §3 V6a',
  knobs: { releaseOnUnbind: 'UNBOUND_DRIVER', releaseOnLateFailure: 'DRIVER_NOT_BOUND' },
});

/** The claim in the notifier, which nobody proposed: what it returns is not read. V6b. */
export const notifierClaim = variantOf(notifierCleanupCount, {
  id: 'notifier-claim',
  title: 'the claim in the bus notifier, where nobody reads what it returns',
  source: 'the seed mail, "we all know why that doesn\'t work"; domain/ownership.md §3 V6b',
  knobs: {
    claimSite: 'BIND_DRIVER',
    releaseOnEarlyFailure: 'none',
    conflictAtBind: 'ignored',
  },
});
