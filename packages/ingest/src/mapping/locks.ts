import type { GroupId } from '@custody/trace';
import type { GroupReading, Probe, Row, Scene } from './mapping.ts';

const readingOf = ({ fields }: Probe): GroupReading => {
  const owner = fields.get('owner');
  const count = fields.get('cnt');
  return {
    owner: owner === undefined || owner === '0x0' ? null : owner,
    count: count === undefined ? null : Number(count),
    domain: fields.get('dom') ?? null,
    defaultDomain: fields.get('ddom') ?? null,
  };
};

const groupOfLock = (lock: string): GroupId | null => (lock.startsWith('group:') ? (lock.slice(6) as GroupId) : null);

/**
 * mutex_lock entered. Where no probe stands on its return (device mutexes on 6.1, callers that a filter leaves out), the
 * task's next line proves that it has the lock, since it could not have gone on without. Dated late, so never an
 * overlap that was not there.
 */
const requested: Row = {
  enter: (probe, scene) => {
    const lock = scene.book.lock(probe.fields);
    if (lock === null) return undefined;
    scene.say({ type: 'LockRequested', data: { lock } });
    scene.sayLater({ type: 'LockAcquired', data: { lock, inferred: true } });
    return undefined;
  },
};

/**
 * mutex_lock returned. On 6.1 the return probe has no argument, so it is paired with what the task last asked for
 * (domain/guest.md, trap 7); from 6.9 on it names the lock.
 */
const acquired: Row = {
  settles: 'LockAcquired',
  enter: (probe, scene) => {
    const lock = scene.book.lock(probe.fields) ?? scene.wanted();
    if (lock === null) return undefined;
    scene.say({ type: 'LockAcquired', data: { lock } });
    const group = groupOfLock(lock);
    if (group !== null && probe.fields.has('lock')) scene.sampleGroup(group, readingOf(probe));
    return undefined;
  },
};

/** mutex_unlock entered: still under the lock, so what it reads of the group is exact. */
const released: Row = {
  enter: (probe, scene) => {
    const lock = scene.book.lock(probe.fields);
    if (lock === null) return undefined;
    const group = groupOfLock(lock);
    if (group !== null) scene.readGroup(group, readingOf(probe));
    scene.say({ type: 'LockReleased', data: { lock } });
    return undefined;
  },
};

/** lock:contention_begin (5.19 and later). Its address is hashed in text, so it is the lock the task waits for. */
const contended: Row = {
  enter: (_probe, scene: Scene) => {
    const lock = scene.wanted();
    if (lock !== null) scene.say({ type: 'LockContended', data: { lock } });
    return undefined;
  },
};

export const locks: Readonly<Record<string, Row>> = {
  glock: requested,
  gacq: acquired,
  gunlock: released,
  dlock: requested,
  dacq: acquired,
  dunlock: released,
  contention_begin: contended,
};
