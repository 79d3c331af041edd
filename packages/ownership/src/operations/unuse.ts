import { judgeCase, judgeCases, overtakenMarks } from '../cases.ts';
import { dmaApi, nobody, stage } from '../codes.ts';
import { acquire, type DevicePlace, go, type Label, release, type Steps, step, type Then, warn } from '../operation.ts';
import { type DeviceView, tokenOf, usesDmaApi } from '../views.ts';

/** Whether a departing driver has a claim to give back, asked where the scheme asks it. */
const owes = ({ knobs, device }: DevicePlace): boolean => {
  switch (knobs.claimRecord) {
    case 'none':
      return false;
    case 'token':
      return true;
    case 'count per device':
      return device.remembers;
    case 'count':
      // Where dev->driver is NULL already, there is no flag to ask, and it looks like a driver of the DMA API.
      return !device.isManaged;
  }
};

/** What a removed driver had is released, and dev->driver is NULL: nothing of it is left. */
export const leave = ({ device }: DevicePlace): void => {
  if (device.stage === stage.cleared || device.stage === stage.clearedManaged) device.stage = stage.left;
};

/**
 * Gives back what a departing driver claimed; one set of steps for each place where an operation does so.
 *
 * @param suffix - tells the labels of two such places of one operation apart.
 */
export const unuse = (
  place: DevicePlace,
  suffix: string,
  then: Then,
): { readonly enter: () => Label; readonly steps: Steps } => {
  const { device } = place;
  const rule = place.knobs.releaseRule === 'decrement' ? decrement : walk;
  return {
    enter: () => {
      if (!owes(place)) return go(then);
      if (device.isMember) return `unuse.lock${suffix}`;
      device.holds = false;
      return go(then);
    },
    steps: rule(place, suffix, then),
  };
};

/** iommu_device_unuse_default_domain(), drivers/iommu/iommu.c; §2.3. Without a count it warns and changes nothing. */
const decrement = (place: DevicePlace, suffix: string, then: Then): Steps => {
  const { group, device, voice } = place;
  return {
    [`unuse.lock${suffix}`]: acquire(place, group.mutex, `unuse.count${suffix}`),
    [`unuse.count${suffix}`]: step(() => {
      judgeCases(place, group.hasExplicitOwner ? 'dropped' : 'counted');
      if (group.ownerCount > 0) group.ownerCount -= 1;
      else {
        voice.mark('I5');
        warn(place, 'iommu_device_unuse_default_domain: owner_cnt is 0');
      }
      device.holds = false;
      device.remembers = false;
      leave(place);
      return `unuse.unlock${suffix}`;
    }),
    [`unuse.unlock${suffix}`]: release(place, group.mutex, then),
  };
};

/**
 * The mail's release hook: gives the ownership back unless a sibling's driver may still need it. Each sibling's
 * dev->driver is read under the group's mutex and without that sibling's device_lock: the race that the mail is about.
 */
const walk = (place: DevicePlace, suffix: string, then: Then): Steps => {
  const { knobs, scenario, group, device, task, siblings, modules, voice } = place;
  const asksForOwner = knobs.releaseRule === 'walk for the owner';
  const mayDrop = (): boolean => (asksForOwner ? group.owner !== nobody : group.owner === dmaApi);
  const needs = (driver: number): boolean =>
    asksForOwner ? tokenOf(place, driver) === group.owner : usesDmaApi(driver);

  const unlock = `unuse.unlock${suffix}`;
  const at = (index: number, what: string): Label => `unuse.${what}-${(siblings[index] as DeviceView).id}${suffix}`;
  const first = knobs.walkReads === 'device_lock' ? 'lock' : 'walk';
  /** The next sibling that is in the group, or the end of the walk. */
  const from = (index: number): Label => {
    for (let next = index; next < siblings.length; next += 1) {
      if ((siblings[next] as DeviceView).isMember) return at(next, first);
    }
    return `unuse.drop${suffix}`;
  };
  const given = (): void => {
    // Where dev->driver is still set, the driver has given back from here on whatever it had.
    device.holds = false;
    leave(place);
  };
  /** No sibling has a claim: whom the group is kept for has none yet. */
  const isLastHolder = (): boolean => !siblings.some((sibling) => sibling.holds && sibling.isMember);
  /** Judged at the read of the pointer, as what comes of it is settled then: a driver's flag never changes. */
  const judge = (index: number, driver: number): boolean => {
    const isKept = driver !== 0 && needs(driver);
    judgeCase(place, siblings[index] as DeviceView, isKept ? 'kept' : 'passed');
    if (isKept && isLastHolder() && place.hasWaitingClaim()) voice.mark(overtakenMarks.handedOn);
    return isKept;
  };
  const goOn = (index: number, isKept: boolean): Label => {
    if (!isKept) return from(index + 1);
    // Those that the walk did not come to.
    for (const sibling of siblings.slice(index + 1)) if (sibling.isMember) judgeCase(place, sibling, 'unchanged');
    given();
    return unlock;
  };
  // A driver's memory can go between the read of the pointer and the read of its flag only where a module can.
  const isSplit = scenario.tasks.flat().some(({ kind }) => kind === 'unload');
  const look = (index: number): Steps => {
    const sibling = siblings[index] as DeviceView;
    if (!isSplit) return { [at(index, 'walk')]: step(() => goOn(index, judge(index, sibling.shownDriver))) };
    return {
      [at(index, 'walk')]: step(() => {
        const driver = sibling.shownDriver;
        judge(index, driver);
        task.seen = driver;
        return driver === 0 ? from(index + 1) : at(index, 'flag');
      }),
      [at(index, 'flag')]: step(() => {
        const { seen } = task;
        if (modules[seen - 1]?.isFreed) voice.mark('I13');
        task.seen = 0;
        return goOn(index, needs(seen));
      }),
    };
  };
  const underLock = (index: number): Steps => {
    if (knobs.walkReads !== 'device_lock') return look(index);
    const sibling = siblings[index] as DeviceView;
    return {
      [at(index, 'lock')]: acquire(place, sibling.lock, at(index, 'walk')),
      [at(index, 'walk')]: step(() => {
        const next = goOn(index, judge(index, sibling.driver));
        release(place, sibling.lock, next).run(0);
        return next;
      }),
    };
  };
  return {
    [`unuse.lock${suffix}`]: acquire(place, group.mutex, () => {
      if (mayDrop()) return from(0);
      judgeCases(place, 'unchanged');
      given();
      return unlock;
    }),
    ...Object.assign({}, ...siblings.map((_, index) => underLock(index))),
    [`unuse.drop${suffix}`]: step(() => {
      if (group.hasExplicitOwner) judgeCases(place, 'dropped');
      group.owner = nobody;
      given();
      return unlock;
    }),
    [unlock]: release(place, group.mutex, then),
  };
};
