import { dmaApi, nobody } from '../codes.ts';
import { bindWith, clearDriver, type Hooks, unbindWith } from '../driver-core.ts';
import {
  acquire,
  type DevicePlace,
  groupMutex,
  type Label,
  type Operation,
  refuse,
  release,
  type Steps,
  step,
  type UserPlace,
} from '../operation.ts';
import { nothingLeaks, ownerIsAlone } from '../properties.ts';
import type { Variant } from '../variant.ts';
import { linux61, use as useCounted } from './linux-6.1.ts';

/** "it finds the group already DMA-API-owned as it wanted and all is well" (2.a.i); a user's group refuses. */
const use: Hooks['use'] = (then) => ({
  ...useCounted(then),
  'use.check': step((place) => {
    const { group, device } = place;
    if (group.owner !== nobody && group.owner !== dmaApi) return refuse(place, 'EBUSY', 'use.unlock');
    if (group.owner === nobody) group.owner = dmaApi;
    device.holds = true;
    return 'use.unlock';
  }),
});

/**
 * The release hook: gives the DMA API's ownership back unless a sibling's driver may still need it. Each sibling's
 * dev->driver is read under the group's mutex and without that sibling's device_lock: the race that the mail is about.
 */
const hook = (then: Label): Steps<DevicePlace> => ({
  'unuse.lock': acquire(groupMutex, 'unuse.walk'),
  'unuse.walk': step(({ group, task, siblings }) => {
    const sibling = siblings[task.walk];
    if (group.owner === dmaApi && sibling === undefined) return 'unuse.drop';
    if (group.owner !== dmaApi || sibling?.usesDmaApi) return 'unuse.unlock';
    task.walk += 1;
    return 'unuse.walk';
  }),
  'unuse.drop': step(({ group }) => {
    group.owner = nobody;
    return 'unuse.unlock';
  }),
  'unuse.unlock': release(groupMutex, ({ task }) => {
    task.walk = 0;
    return then;
  }),
});

/**
 * The mail wants the hook "after clearing dev->driver", on removal and on failure. The driver core has such a place
 * on unbind and after a failed probe; from a pinctrl failure or a refused claim it goes straight to
 * device_unbind_cleanup() (label pinctrl_bind_failed of really_probe, v5.17 and later), and no hook runs.
 */
const hooks: Hooks = {
  use,
  departure: {
    enter: () => 'leave.clear',
    enterEarly: 'leave.clear-early',
    steps: (then) => ({
      'leave.clear': clearDriver('unuse.lock'),
      ...hook(then),
      'leave.clear-early': clearDriver(then),
    }),
  },
};

/** Any owner refuses, with EBUSY; the cookie is VFIO's, as in the lab kernel that was recorded (lab-robin-*). */
const claim: Operation<UserPlace> = {
  ...linux61.claim,
  steps: {
    ...linux61.claim.steps,
    'claim.check': step((place) =>
      place.group.owner === nobody ? 'claim.block' : refuse(place, 'EBUSY', 'claim.unlock'),
    ),
    'claim.own': step(({ group, user }) => {
      group.owner = user.cookie;
      user.owns = true;
      return 'claim.unlock';
    }),
  },
};

/** "That ownership can only change if that driver releases it" (4.b): the owner's word is enough. */
const giveBack: Operation<UserPlace> = {
  ...linux61.release,
  steps: {
    ...linux61.release.steps,
    'release.disown': step(({ group, user }) => {
      group.owner = nobody;
      user.owns = false;
      return 'release.restore';
    }),
  },
};

/** The seed mail's scheme: no count, a token for the DMA API, and a walk over the siblings to give it back. */
export const robinMail: Variant = {
  id: 'robin-mail',
  title: "Robin Murphy's lockless walk, on the driver core's real paths",
  source: 'Robin Murphy, Wed, 23 Feb 2022 13:04:13 +0000, Re: [PATCH v6 02/11] driver core: Add dma_cleanup callback',
  bind: bindWith(hooks),
  unbind: unbindWith(hooks),
  claim,
  release: giveBack,
  atRest: (holders, cookie) => ({ owner: cookie === nobody && holders > 0 ? dmaApi : cookie, ownerCount: 0 }),
  properties: [ownerIsAlone, nothingLeaks],
};
