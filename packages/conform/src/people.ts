import type { TaskId } from '@custody/trace';
import { BoundError } from './bounds.ts';
import { slots, userNamed, users } from './calls.ts';

/** Whoever had the group when the run began, while nobody has read who that is. */
export const somebody = 'somebody';

const lowestFree = (taken: Iterable<number>, most: number): number | null => {
  const used = new Set(taken);
  for (let number = 0; number < most; number += 1) if (!used.has(number)) return number;
  return null;
};

/**
 * Who in the run is whom in the model, which has so many tasks and users and no names for them. What is no longer at
 * work is forgotten, so that as many can come as like.
 */
export class People {
  private slotByTask = new Map<TaskId, number>();
  private userByName = new Map<string, number>();
  private lastClaim = new Map<number, number>();

  get isNobody(): boolean {
    return this.slotByTask.size === 0;
  }

  slotOf(task: TaskId): number | null {
    return this.slotByTask.get(task) ?? null;
  }

  taskIn(slot: number): TaskId | null {
    for (const [task, own] of this.slotByTask) if (own === slot) return task;
    return null;
  }

  /** @throws BoundError when there is no room for another task. */
  enter(task: TaskId): number {
    const slot = lowestFree(this.slotByTask.values(), slots);
    if (slot === null) throw new BoundError(`more than ${slots} tasks are at work on one group at one time`);
    this.slotByTask.set(task, slot);
    return slot;
  }

  leave(task: TaskId): void {
    this.slotByTask.delete(task);
  }

  /**
   * The number by which the model knows who is called `name`, a cookie for instance.
   *
   * @param isWanted - whether a world still has that user in mind.
   * @throws BoundError when there is no room for another user.
   */
  userOf(name: string, isWanted: (user: number) => boolean): number {
    const known = this.userByName.get(name);
    if (known !== undefined) return known;
    if (this.userByName.size === users) {
      for (const [old, user] of this.userByName) if (!isWanted(user)) this.userByName.delete(old);
    }
    const user = lowestFree(this.userByName.values(), users);
    if (user === null) throw new BoundError(`more than ${users} users want one group at one time`);
    this.userByName.set(name, user);
    return user;
  }

  knownUser(name: string): number | null {
    return this.userByName.get(name) ?? null;
  }

  /** Whoever had the group as the run began turns out to be called `name`. */
  recognise(name: string): void {
    const user = this.userByName.get(somebody);
    if (user === undefined) return;
    this.userByName.delete(somebody);
    this.userByName.set(name, user);
  }

  claimed(slot: number, user: number): void {
    this.lastClaim.set(slot, user);
  }

  /** Who claimed last in this slot; the first user where nobody did. */
  lastClaimIn(slot: number): number {
    return this.lastClaim.get(slot) ?? 0;
  }

  /** An owner as the model names it, as the run does. */
  nameOf(owner: string): string {
    for (const [name, user] of this.userByName) if (userNamed(user) === owner) return name;
    return owner;
  }

  mark(): () => void {
    const [tasks, names, claims] = [new Map(this.slotByTask), new Map(this.userByName), new Map(this.lastClaim)];
    return () => {
      this.slotByTask = new Map(tasks);
      this.userByName = new Map(names);
      this.lastClaim = new Map(claims);
    };
  }
}
