import { variantOf } from '../variant.ts';
import { linux61 } from './linux-6.1.ts';

/**
 * The seed mail's scheme, where the driver core has a place for it: the hook runs after dev->driver = NULL on unbind
 * and after a failed probe. From a pinctrl failure or a refused claim really_probe goes straight to
 * device_unbind_cleanup() (label pinctrl_bind_failed, v5.17 and later), and no hook runs. V3.
 *
 * What the mail leaves open is as the lab kernels have it (lab-robin-*): a claim attaches the blocking domain, and the
 * hook runs for every departing driver. A driver that owns the group may claim again: see docs/decisions/0003.
 */
export const robinMail = variantOf(linux61, {
  id: 'robin-mail',
  title: "Robin Murphy's lockless walk, on the driver core's real paths",
  source: 'Robin Murphy, Wed, 23 Feb 2022 13:04:13 +0000, Re: [PATCH v6 02/11] driver core: Add dma_cleanup callback',
  knobs: {
    claimRecord: 'token',
    releaseOnUnbind: 'after clear',
    releaseOnLateFailure: 'after clear',
    releaseOnEarlyFailure: 'none',
    releaseRule: 'walk for the DMA API',
    userGuard: 'owner',
    userReentry: 'idempotent',
    ownerId: 'driver',
  },
});

/** The sketch of the day before: the walk looks for the owner's own token, and drops a driver's ownership too. V2. */
export const robinSketch = variantOf(robinMail, {
  id: 'robin-sketch',
  title: "Robin Murphy's sketch of the day before",
  source: 'Robin Murphy, Tue, 22 Feb 2022 21:18 +0000, <3d4c3bf1-fed6-f640-dc20-36d667de7461@arm.com>',
  knobs: { releaseRule: 'walk for the owner', ownerId: 'token', domainOnClaim: 'unchanged' },
});

/** The mail's scheme with its condition met: the hook runs on every way out. */
export const robinRepaired = variantOf(robinMail, {
  id: 'robin-repaired',
  title: "Robin Murphy's walk, with the hook on every exit path",
  source: 'the seed mail, and domain/ownership.md §3, "Verdict by exploration"; lab-repaired-* are recordings of it',
  knobs: { releaseOnEarlyFailure: 'after clear' },
});
