import { domainNames, type Variant } from '@custody/ownership';
import {
  type DeviceId,
  type DomainId,
  dmaApiOwner,
  type GroupId,
  type LockId,
  type OperationName,
  type OwnerId,
  operations,
  type TaskId,
  type TraceEvent,
} from '@custody/trace';
import { syscallNames, syscallsOf, type UserKind } from './calls.ts';

type Kinds = ReadonlySet<string>;

/** By what begins unseen: what of it is shown. */
const inBind = ['CallEntered use', 'DriverSet', 'ProbeReturned', 'BindReturned', 'BusNotified BIND_DRIVER'];
const inUnbind = ['RemoveReturned', 'UnbindReturned', 'BusNotified UNBIND_DRIVER'];

/** @param left - what a driver's leaving showed where nothing had shown that it would leave. */
const unseenBeginning = (kinds: Kinds, left: string | undefined): string | null => {
  const shown = (among: readonly string[]): string | undefined => among.find((kind) => kinds.has(kind));
  const bind = kinds.has('BindStarted') ? undefined : shown(inBind);
  if (bind !== undefined) return `${bind}, and no BindStarted`;
  const unbind = kinds.has('UnbindStarted') ? undefined : (shown(inUnbind) ?? left);
  if (unbind !== undefined) return `${unbind}, and no UnbindStarted`;
  const op = operations.find((name) => kinds.has(`CallReturned ${name}`) && !kinds.has(`CallEntered ${name}`));
  return op === undefined ? null : `CallReturned ${op}, and no CallEntered ${op}`;
};

/** The calls that change who has a group, or through what it translates. */
const claims: readonly OperationName[] = ['claim', 'claim-device'];
const releases: readonly OperationName[] = ['release', 'release-device'];
const typeWrites: readonly OperationName[] = ['store-type'];
const attaches: readonly OperationName[] = ['attach'];
const detaches: readonly OperationName[] = ['detach'];

/** System calls that come after others: by how many of them the other cannot but have been made. */
const later: readonly (readonly [UserKind, UserKind, number])[] = [
  ['set-iommu', 'set-container', 0],
  ['open-device', 'set-iommu', 0],
  ['set-container', 'close', 1],
];

/** The calls that may have attached `domain`. */
const domainChanges = (domain: DomainId, isOwned: boolean): readonly (readonly OperationName[])[] => {
  if (domain === 'blocking') return [isOwned ? detaches : claims];
  const isNamed = (domainNames as readonly string[]).includes(domain);
  if (isOwned) return isNamed ? [detaches, releases] : [attaches];
  return isNamed ? [typeWrites] : [attaches, typeWrites];
};

const isUser = (owner: OwnerId | null): boolean => owner !== null && owner !== dmaApiOwner;

/** What changed, and the calls any of which may have changed it. */
interface Change {
  readonly what: string;
  readonly by: readonly OperationName[];
}

/** What is seen of the locks of one kind. */
interface LockLines {
  readonly had: Map<LockId, number>;
  isTimely: boolean;
  isReleased: boolean;
}

/**
 * Finds out whether beginnings go unseen in a run that shows more of what they begin, so that nobody can say what its
 * tasks are doing.
 */
export class Lacks {
  private readonly variant: Variant;
  private readonly owners = new Map<GroupId, OwnerId | null>();
  private readonly domains = new Set<GroupId>();
  private readonly calls = new Map<TaskId, number>();
  private readonly drives = new Map<TaskId, DeviceId>();
  private readonly bound = new Set<DeviceId>();
  private readonly locks = new Map<string, LockLines>();
  private readonly entered = new Map<string, number>();
  private readonly returned = new Set<string>();
  /** In no call that is shown. An owner says more than a domain does. */
  private readonly changes = { owner: new Map<string, Change>(), domain: new Map<string, Change>() };
  private left: string | undefined;

  constructor(variant: Variant) {
    this.variant = variant;
  }

  take(event: TraceEvent): void {
    switch (event.type) {
      case 'DriverCleared':
        if (!this.drives.has(event.task)) this.left ??= event.type;
        this.bound.delete(event.data.device);
        break;
      case 'CallEntered':
        if (event.data.op === 'unuse' && !this.drives.has(event.task)) this.left ??= `${event.type} unuse`;
        this.calls.set(event.task, this.depth(event.task) + 1);
        break;
      case 'CallReturned':
        if (this.depth(event.task) > 1) this.calls.set(event.task, this.depth(event.task) - 1);
        else this.calls.delete(event.task);
        break;
      case 'BindStarted':
      case 'UnbindStarted':
        if (event.type === 'BindStarted') this.bindStarted(event.task, event.data.device);
        this.bound.delete(event.data.device);
        this.drives.set(event.task, event.data.device);
        break;
      case 'BindReturned':
        if (event.data.errno === 'OK') this.bound.add(event.data.device);
        break;
      case 'OwnerSet':
        this.ownerSet(event.task, event.data.group, event.data.owner);
        break;
      case 'DomainAttached':
        this.domainAttached(event.task, event.data.group, event.data.domain);
        break;
      case 'LockRequested':
      case 'LockAcquired':
      case 'LockReleased':
        this.lock(event);
        break;
      case 'SyscallEntered':
        this.entered.set(event.data.call, (this.entered.get(event.data.call) ?? 0) + 1);
        break;
      case 'SyscallReturned':
        this.returned.add(event.data.call);
        break;
      default:
    }
  }

  /** In words; null when nothing is lacking. */
  found(kinds: Kinds): string | null {
    return (
      unseenBeginning(kinds, this.left) ?? this.unseenLock() ?? this.unseenCall(kinds) ?? this.unseenSyscall(kinds)
    );
  }

  /** How many calls the task is inside. */
  private depth(task: TaskId): number {
    return this.calls.get(task) ?? 0;
  }

  private isAtWork(task: TaskId): boolean {
    return this.calls.has(task) || this.drives.has(task);
  }

  /** A device was bound before, and may have been let go since: but not if the lock of that bind is held still. */
  private bindStarted(task: TaskId, device: DeviceId): void {
    if (this.bound.has(device) && this.drives.get(task) !== device) this.left ??= 'two binds of one device';
  }

  private ownerSet(task: TaskId, group: GroupId, owner: OwnerId | null): void {
    const before = this.owners.get(group);
    this.owners.set(group, owner);
    if (before === undefined || this.isAtWork(task)) return;
    if (isUser(owner) && !isUser(before)) this.ownerChanged('an owner that comes anew', claims);
    if (isUser(before) && !isUser(owner)) this.ownerChanged('an owner that leaves', releases);
  }

  private ownerChanged(what: string, by: readonly OperationName[]): void {
    this.changes.owner.set(what, { what, by });
  }

  private domainAttached(task: TaskId, group: GroupId, domain: DomainId): void {
    const isFirst = !this.domains.has(group);
    this.domains.add(group);
    if (isFirst || this.isAtWork(task)) return;
    const isOwned = isUser(this.owners.get(group) ?? null);
    for (const by of domainChanges(domain, isOwned)) this.changes.domain.set(by.join(), { what: 'another domain', by });
  }

  private lock({
    type,
    data,
    task,
  }: Extract<TraceEvent, { type: `Lock${'Requested' | 'Acquired' | 'Released'}` }>): void {
    const kind = data.lock.split(':', 1)[0] as string;
    const lines = this.locks.get(kind) ?? { had: new Map(), isTimely: false, isReleased: false };
    this.locks.set(kind, lines);
    if (type === 'LockReleased') {
      lines.isReleased = true;
      if (data.lock === `device:${this.drives.get(task)}`) this.drives.delete(task);
      return;
    }
    if (type === 'LockRequested' || data.inferred !== true) lines.isTimely = true;
    if (type === 'LockAcquired') lines.had.set(data.lock, (lines.had.get(data.lock) ?? 0) + 1);
  }

  /** Without the request, an acquisition is known by the release only, and comes too late; and nobody has a mutex twice. */
  private unseenLock(): string | null {
    for (const [kind, { had, isTimely, isReleased }] of this.locks) {
      if (isReleased && !isTimely) return `LockReleased ${kind}, and no LockRequested ${kind}`;
      const isHadTwice = [...had.values()].some((times) => times > 1);
      if (!isReleased && isHadTwice) return `LockAcquired ${kind}, and no LockReleased ${kind}`;
    }
    return null;
  }

  /** A scheme that claims nothing goes by the system calls instead. */
  private unseenCall(kinds: Kinds): string | null {
    if (this.variant.knobs.userGuard === 'viability') return null;
    const all = [...this.changes.owner.values(), ...this.changes.domain.values()];
    const unseen = all.find(({ by }) => !by.some((op) => kinds.has(`CallEntered ${op}`)));
    return unseen === undefined ? null : `${unseen.what}, and no CallEntered ${unseen.by[0]}`;
  }

  private unseenSyscall(kinds: Kinds): string | null {
    if (this.variant.knobs.userGuard !== 'viability') return null;
    const call = syscallNames.find((name) => this.returned.has(name) && !this.entered.has(name));
    if (call !== undefined) return `SyscallReturned ${call}, and no SyscallEntered of it`;
    const times = (kind: UserKind): number =>
      syscallsOf(kind).reduce((sum, name) => sum + (this.entered.get(name) ?? 0), 0);
    const isAttached = this.entered.size > 0 && kinds.has('CallEntered attach');
    if (isAttached && times('set-iommu') === 0) return `CallEntered attach, and no ${syscallsOf('set-iommu')[0]}`;
    const unseen = later.find(([kind, before, most]) => times(kind) > most && times(before) === 0);
    return unseen === undefined ? null : `${syscallsOf(unseen[0])[0]}, and no ${syscallsOf(unseen[1])[0]}`;
  }
}
