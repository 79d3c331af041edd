import type { GroupId, LockId } from '@custody/trace';
import { numberOf } from '../addresses.ts';
import type { GroupReading, Meaning, Probe } from './meaning.ts';

const readingOf = ({ fields }: Probe): GroupReading => {
  const owner = fields.get('owner');
  return {
    owner: owner === undefined || /^0(?:x0)?$/.test(owner) ? null : owner,
    count: numberOf(fields.get('cnt')),
    domain: fields.get('dom') ?? null,
    defaultDomain: fields.get('ddom') ?? null,
  };
};

const groupOfLock = (lock: LockId): GroupId | null => (lock.startsWith('group:') ? (lock.slice(6) as GroupId) : null);

/**
 * Where no probe stands on the return (device mutexes on 6.1, callers that a filter leaves out), the task's next line
 * proves that it has the lock, since it could not have gone on without. Dated late, so never an overlap that was not there.
 */
const requested: Meaning = {
  says: 'the task wants the mutex',
  tell: ({ fields }, scene) => {
    const lock = scene.book.lock(fields);
    if (lock === null) return undefined;
    scene.say({ type: 'LockRequested', data: { lock } });
    scene.sayLater({ type: 'LockAcquired', data: { lock, inferred: true } });
    return undefined;
  },
};

/** On 6.1 the return probe has no argument (domain/guest.md, trap 7); from 6.9 on it names the lock. */
const acquired: Meaning = {
  says: 'the task has the mutex',
  withholds: 'LockAcquired',
  tell: (probe, scene) => {
    const lock = scene.book.lock(probe.fields) ?? scene.wanted();
    if (lock === null) return undefined;
    scene.say({ type: 'LockAcquired', data: { lock } });
    const group = groupOfLock(lock);
    if (group !== null && probe.fields.has('lock')) scene.sampleGroup(group, readingOf(probe));
    return undefined;
  },
};

/**
 * mutex_unlock entered: still under the lock, so what it reads of the group is exact. Who drops a mutex had it, whether
 * or not a probe saw it taken (mutex_trylock; a caller that the probes' filter leaves out).
 */
const released: Meaning = {
  says: 'owner, count and domains as read, if they changed; then the task has not got the mutex any more',
  tell: (probe, scene) => {
    const named = scene.book.lock(probe.fields);
    if (named === null) return undefined;
    const nameless = scene.book.namelessLock(probe.fields);
    const lock = nameless !== null && scene.holds(nameless) ? nameless : named;
    if (!scene.holds(lock)) scene.say({ type: 'LockAcquired', data: { lock, inferred: true } });
    const group = groupOfLock(named);
    if (group !== null) scene.readGroup(group, readingOf(probe));
    const device = scene.book.device(probe.fields);
    if (device !== null) scene.book.learnDriver(probe.fields.get('drv'), scene.driverOf(device));
    scene.say({ type: 'LockReleased', data: { lock } });
    return undefined;
  },
};

/** `flags=` are empty or name MUTEX for a mutex; a spinning lock or a semaphore has others. */
const isMutex = (text: string): boolean => /\(flags=(?:[A-Z|]*MUTEX[A-Z|]*)?\)/.test(text);

/** Its address is the lock's where the kernel does not hash it; else it is the lock that the task waits for. */
const contended: Meaning = {
  says: 'the kernel took the slow path',
  waits: true,
  tell: ({ record }, scene) => {
    if (!isMutex(record.fields)) return undefined;
    const printed = scene.book.printedLock(record.fields);
    const lock = printed === undefined ? scene.wanted() : printed;
    if (lock !== null) scene.say({ type: 'LockContended', data: { lock } });
    return undefined;
  },
};

export const lockMeanings = {
  LockRequested: requested,
  LockAcquired: acquired,
  LockReleased: released,
  LockContended: contended,
  StillWaiting: { says: 'nothing: whoever waits prints it too', waits: true },
} satisfies Readonly<Record<string, Meaning>>;
