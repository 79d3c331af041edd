import { dmaApi, nobody, stage } from './codes.ts';
import { isCounted } from './knobs.ts';
import type { DevicePlace } from './operation.ts';
import { type DeviceView, driverOwner, isManaged } from './views.ts';

/** A situation in which a departing driver can find a sibling. */
export interface Case {
  readonly id: string;
  /** What the sibling is doing, and what is then expected of the one who leaves. */
  readonly says: string;
  readonly source: string;
}

const mail = 'Robin Murphy, 2022-02-23 13:04, case';
const extra = 'domain/ownership.md §3, "Phases the mail does not list",';

const listed = (number: string, says: string): Case => ({ id: number, says, source: `${mail} ${number}` });
const unmentioned = (id: string, says: string): Case => ({ id, says, source: `${extra} ${id}` });

/** The ten cases of the mail, then the phases that it does not list. */
export const cases: readonly Case[] = [
  listed('1.a', "bound to a driver of the DMA API: the group is the DMA API's already, and stays so"),
  listed('1.b', 'bound to the driver that owns the group: nothing changes'),
  listed('1.c', 'bound to another driver that manages its own DMA: it has no say'),
  listed('2.a.i', "binding to a driver of the DMA API, in the DMA API's group: handed on to it"),
  listed('2.a.ii', "binding to a driver of the DMA API, in a driver's group: nothing changes"),
  listed('2.b', 'binding to a driver that manages its own DMA: it has no say'),
  listed('3', 'unbound: it has no say'),
  listed(
    '4.a.i',
    "unbound from a driver of the DMA API, its own release to come, in the DMA API's group: it has no say",
  ),
  listed('4.a.ii', "unbound from a driver that manages its own DMA, in the DMA API's group: it has no say"),
  listed('4.b', "unbound, its own release to come, in a driver's group: nothing changes"),
  unmentioned('g1', 'being removed, dev->driver still set: kept for it, as its own release is to come'),
  unmentioned('g2', 'binding, its claim made: kept for it'),
  unmentioned('g3', 'failed after its claim, dev->driver still set: kept for it, as its own release is to come'),
  unmentioned('g4', 'failed before its claim, dev->driver still set: not kept for it, unless a release is to come'),
  unmentioned('g5', 'binding or unbound in a group that nobody owns: nothing changes'),
  unmentioned('g6', "at work without a claim, as it came before its group: the group is the DMA API's all the same"),
];

/** What the one who leaves did on account of a sibling, or on account of nobody. */
type Deed = 'kept' | 'passed' | 'unchanged' | 'dropped' | 'counted';

/** Whose the group is: the DMA API's, a user's, nobody's. */
type Ownership = 'api' | 'driver' | 'none';

const ownershipOf = ({ knobs, group }: DevicePlace): Ownership => {
  if (group.hasExplicitOwner) return 'driver';
  const isApi = isCounted(knobs) ? group.ownerCount > 0 : group.owner === dmaApi;
  return isApi ? 'api' : 'none';
};

/** Is `sibling` bound to the very driver that owns the group? */
const isOwner = (place: DevicePlace, sibling: DeviceView): boolean => {
  const { knobs, group, users } = place;
  if (!group.hasExplicitOwner) return false;
  if (knobs.ownerId !== 'cookie') return driverOwner(place, sibling.driver) === group.owner;
  const user = users.find(({ cookie }) => cookie === group.owner);
  return user !== undefined && user.through.driver === sibling.driver;
};

/** The case that `sibling` is in by what it really does, or what it does that no case covers. */
const caseOf = (place: DevicePlace, sibling: DeviceView): { readonly id: string } | { readonly unlisted: string } => {
  const whose = ownershipOf(place);
  const { driver } = sibling;
  switch (sibling.stage) {
    case stage.unbound:
    case stage.left:
      return { id: '3' };
    case stage.bound:
      if (isManaged(driver)) return { id: isOwner(place, sibling) ? '1.b' : '1.c' };
      return { id: sibling.isRecorded ? '1.a' : 'g6' };
    case stage.binding:
      if (isManaged(driver)) return { id: '2.b' };
      if (sibling.isRecorded) return { id: 'g2' };
      return { id: { api: '2.a.i', driver: '2.a.ii', none: 'g5' }[whose] };
    case stage.probing:
    case stage.probed:
    case stage.probingRefused:
    case stage.probedRefused:
    case stage.refusedAtBound:
      if (isManaged(driver)) return { id: '2.b' };
      return { id: sibling.isRecorded ? 'g2' : 'g6' };
    case stage.failedEarly:
    case stage.refused:
      return { id: 'g4' };
    case stage.failing:
    case stage.failedSilently:
      return { id: 'g3' };
    case stage.unbinding:
    case stage.removed:
      return { id: 'g1' };
    case stage.cleared:
      return { id: { api: '4.a.i', driver: '4.b', none: 'g5' }[whose] };
    case stage.clearedManaged:
      return { id: { api: '4.a.ii', driver: '4.b', none: 'g5' }[whose] };
    case stage.tested:
      return { unlisted: `taken off by a test of remove(), ${owned[whose]}` };
    default:
      return { unlisted: `failed and unbound, its device_lock still held, ${owned[whose]}` };
  }
};
const owned = {
  api: "in the DMA API's group",
  driver: "in a driver's group",
  none: 'in a group that nobody owns',
} as const;

/** Whether `deed` is what case `id` expects. */
const isExpected = (place: DevicePlace, sibling: DeviceView, id: string, deed: Deed): boolean => {
  const { knobs } = place;
  const hasNoSay = deed !== 'kept';
  switch (id) {
    case '1.a':
    case 'g6':
      return ownershipOf(place) === 'api' && deed !== 'passed' && deed !== 'dropped';
    case '1.b':
    case '2.a.ii':
    case '4.b':
      return deed !== 'dropped';
    case '2.b':
      return hasNoSay || isOwner(place, sibling);
    case '2.a.i':
    case 'g2':
      return deed !== 'passed' || ownershipOf(place) !== 'api';
    case 'g1':
      return hasNoSay || sibling.holds || sibling.isManaged;
    case 'g3':
      return hasNoSay || sibling.holds;
    case 'g4':
      return hasNoSay || knobs.releaseOnEarlyFailure === 'after clear';
    case 'g5':
      return place.group.owner === nobody;
    default:
      return hasNoSay;
  }
};

/** What a mark about a case is called, made once. */
const reachedMarks = new Map(cases.map(({ id }) => [id, `case ${id}`]));
const failedMarks = new Map(cases.map(({ id }) => [id, `case ${id} fails`]));
export const caseMark = (id: string): string => reachedMarks.get(id) ?? `case ${id}`;
export const failedCaseMark = (id: string): string => failedMarks.get(id) ?? `case ${id} fails`;
export const unlistedPrefix = 'unlisted: ';

/** A claim of user space waits for the mutex, and the group passes by it to a kernel driver. */
export const overtakenMarks = { handedOn: 'overtaken: handed on', outrun: 'overtaken: outrun' } as const;

/** What a mark says of a case; null for a mark about something else. A situation that no case covers has no id. */
export const caseOfMark = (
  mark: string,
): { readonly id: string | null; readonly says: string; readonly isExpected: boolean } | null => {
  if (mark.startsWith(unlistedPrefix)) return { id: null, says: mark.slice(unlistedPrefix.length), isExpected: true };
  const found = cases.find(({ id }) => mark === caseMark(id) || mark === failedCaseMark(id));
  return found === undefined ? null : { id: found.id, says: found.says, isExpected: mark === caseMark(found.id) };
};

/** Marks the case in which the one who leaves finds `sibling`, and whether it did what is expected there. */
export const judgeCase = (place: DevicePlace, sibling: DeviceView, deed: Deed): void => {
  const found = caseOf(place, sibling);
  if ('unlisted' in found) {
    place.voice.mark(`${unlistedPrefix}${found.unlisted}`);
    return;
  }
  place.voice.mark(caseMark(found.id));
  if (!isExpected(place, sibling, found.id, deed)) place.voice.mark(failedCaseMark(found.id));
};

/** Those who hold a claim, are to make one, or are to give one back: the group's ownership is their affair yet. */
const isConcerned = ({ isMember, holds, stage: now }: DeviceView): boolean =>
  isMember && (holds || concerned.includes(now));
const concerned: readonly number[] = [
  stage.binding,
  stage.failing,
  stage.failedSilently,
  stage.clearedFailing,
  stage.unbinding,
  stage.removed,
  stage.cleared,
  stage.clearedManaged,
];

/**
 * A bind fails before its claim and will run no hook, while the group is the DMA API's and nobody else's affair: a hook
 * has kept it for this bind, and 2.a.i wants that "eventually tmp holds or tmp's own failure hook releases".
 */
export const judgeGivenUp = ({ knobs, group, siblings, voice }: DevicePlace): void => {
  if (knobs.claimRecord !== 'token' || knobs.releaseOnEarlyFailure === 'after clear') return;
  if (group.owner === dmaApi && !siblings.some(isConcerned)) voice.mark(failedCaseMark('2.a.i'));
};

/** As `judgeCase` for every sibling in the group: nothing that was done hangs on one of them. */
export const judgeCases = (place: DevicePlace, deed: Deed): void => {
  for (const sibling of place.siblings) if (sibling.isMember) judgeCase(place, sibling, deed);
};
