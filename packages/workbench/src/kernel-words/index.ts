import type { TraceEvent } from '@custody/trace';
import type { ToldStep } from '../told-steps.ts';
import { bindingWords } from './binding.ts';
import { lockWords } from './locks.ts';
import { otherWords } from './others.ts';
import { callName, ownershipWords } from './ownership.ts';
import { vfioWords } from './vfio.ts';
import { asResult, deviceOf, type KernelFunction, type KernelWords, partsOf, type WordTable } from './words.ts';

export type { KernelFunction } from './words.ts';

/** Every label that a step can have, in the words of the kernel. */
const table: WordTable = { ...bindingWords, ...ownershipWords, ...otherWords, ...vfioWords };

/** The words for a label; undefined for one that this table has not heard of. */
export const wordsFor = (label: string): KernelWords | undefined => {
  const { key } = partsOf(label);
  return Object.hasOwn(table, key) ? table[key] : undefined;
};

/** What a call of the ownership protocol returned; some return nothing. */
const returned = (step: ToldStep, event: TraceEvent): readonly string[] => {
  if (event.type !== 'CallReturned' || ['unuse', 'release', 'release-device', 'detach'].includes(event.data.op)) {
    return [];
  }
  const { op, errno, device } = event.data;
  return [`${callName(step.knobs, op)}(${device ?? 'group'}) = ${asResult(errno)}`];
};

/** Does the scheme, or VFIO's BUG, hang on the bus notifier? Then its calls are worth a line. */
const asksNotifier = ({ knobs }: ToldStep): boolean =>
  [knobs.claimSite, knobs.releaseOnUnbind, knobs.releaseOnLateFailure].some(
    (site) => site.endsWith('_BOUND') || site.endsWith('_DRIVER'),
  ) || knobs.conflictAtBind === 'BUG';

/** What else the step's events tell: what was returned, notified, complained of. */
const told = (step: ToldStep, event: TraceEvent): readonly string[] => {
  switch (event.type) {
    case 'CallReturned':
      return returned(step, event);
    case 'BindReturned':
      return event.data.errno === 'OK' ? [] : [`really_probe(${event.data.device}) = ${asResult(event.data.errno)}`];
    case 'BusNotified':
      return asksNotifier(step) ? [`BUS_NOTIFY_${event.data.event}(${event.data.device})`] : [];
    case 'WarningRaised':
      return [`WARN_ON: ${event.data.what}`];
    case 'BugHit':
      return [`BUG_ON: ${event.data.what}`];
    default:
      return [];
  }
};

/** What happens before the device's lock is dropped; an ownership call that takes such a lock returns afterwards. */
const isUnderDeviceLock = (step: ToldStep, { type }: TraceEvent): boolean =>
  type !== 'CallReturned' &&
  step.events.some((event) => event.type === 'LockReleased' && event.data.lock.startsWith('device:'));

/** What the step does, in the words of the kernel, a line each; its label where the table has none. */
export const kernelWords = (step: ToldStep): readonly string[] => {
  const { label, outcome, events } = step;
  if (outcome === 'visible') return [`(the store to ${deviceOf(step)}->driver becomes visible)`];
  const words = wordsFor(label);
  const said = words === undefined ? label : (words.says?.(step) ?? []);
  const lines = [
    ...events.flatMap((event) => (event.type === 'LockAcquired' ? [lockWords(event.data.lock).taken] : [])),
    ...(typeof said === 'string' ? [said] : said),
    ...events.flatMap((event) => (isUnderDeviceLock(step, event) ? told(step, event) : [])),
    ...events.flatMap((event) => (event.type === 'LockReleased' ? [lockWords(event.data.lock).dropped] : [])),
    ...events.flatMap((event) => (isUnderDeviceLock(step, event) ? [] : told(step, event))),
  ];
  return lines.length > 0 ? lines : [label];
};

/** The functions of the kernel that do the step. */
export const functionsOf = (step: ToldStep): readonly KernelFunction[] => {
  const words = wordsFor(step.label);
  if (words === undefined) return [];
  return typeof words.in === 'function' ? words.in(step) : words.in;
};
