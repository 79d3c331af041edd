import { variantOf } from '../variant.ts';
import { linux61 } from './linux-6.1.ts';

/** Before the series nobody claims: VFIO looks over the drivers when a device is opened, and BUGs at a late one. V0. */
export const vfioViability = variantOf(linux61, {
  id: 'vfio-viability',
  title: 'vfio_group_viable() and the group notifier, before the series',
  source: 'v5.10 to v5.18: drivers/vfio/vfio.c (openEuler 5.10 tree, 60360b392de7); v6 10/11 and 11/11, 2022-02-18',
  knobs: {
    claimSite: 'none',
    claimRecord: 'none',
    releaseOnUnbind: 'none',
    releaseOnLateFailure: 'none',
    releaseOnEarlyFailure: 'none',
    releaseRule: 'none',
    userGuard: 'viability',
    domainOnClaim: 'unchanged',
    hotplugDomain: 'group, then default',
    conflictAtBind: 'BUG',
  },
});
