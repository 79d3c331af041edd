import type { Variant } from '../variant.ts';

/** What was merged: a count per group, given back in dma_cleanup, before dev->driver is cleared. V4. */
export const linux61: Variant = {
  id: 'linux-6.1',
  title: 'owner_cnt, as merged in v5.19',
  source: 'v5.19 to v6.1: 1ea2a07a532b, 25f3bcfc54bc, 512881eacfa7, 70693f470848, 0286300e6045',
  neighbour: null,
  knobs: {
    claimSite: 'dma_configure last',
    claimRecord: 'count',
    releaseOnUnbind: 'dma_cleanup',
    releaseOnLateFailure: 'dma_cleanup',
    releaseOnEarlyFailure: 'undo',
    releaseRule: 'decrement',
    walkReads: 'unlocked',
    userGuard: 'owner_cnt',
    userReentry: 'refused',
    ownerId: 'cookie',
    domainOnClaim: 'blocking',
    hotplugDomain: 'group, then default unless owned',
    typeGuard: 'singleton, unbound',
    attachGuard: 'singleton',
    conflictAtBind: 'refused',
    lateDefaultDomain: 'ignored',
    iommuConfigures: 'never',
    readyToProbe: 'no',
    testRemove: 'forgets dma_cleanup',
  },
};
