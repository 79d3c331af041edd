import type { DeviceId, GroupState, World } from '@custody/trace';
import type { ToldStep } from '../told-steps.ts';

/** A function of the kernel, and its file. */
export interface KernelFunction {
  readonly file: string;
  readonly name: string;
}

/** How a step at some label reads in the words of the kernel. */
export interface KernelWords {
  /** What it does besides taking or dropping a lock, which its events tell; nothing where that is all. */
  readonly says?: (step: ToldStep) => string | readonly string[];
  /** The functions that do it. */
  readonly in: readonly KernelFunction[] | ((step: ToldStep) => readonly KernelFunction[]);
}

/** Label, without the device and the way out that it may name, → words. */
export type WordTable = Readonly<Record<string, KernelWords>>;

const inFile =
  (file: string) =>
  (...names: readonly string[]): readonly KernelFunction[] =>
    names.map((name) => ({ file, name }));

export const dd = inFile('drivers/base/dd.c');
export const bus = inFile('drivers/base/bus.c');
export const core = inFile('drivers/base/core.c');
export const driverCore = inFile('drivers/base/driver.c');
export const modules = inFile('kernel/module/main.c');
export const pci = inFile('drivers/pci/pci-driver.c');
export const iommu = inFile('drivers/iommu/iommu.c');
export const vfio = inFile('drivers/vfio/vfio.c');
export const vfioMain = inFile('drivers/vfio/vfio_main.c');
export const vfioContainer = inFile('drivers/vfio/container.c');

/** Before the series VFIO was one file, and its functions had other names. */
export const byVfio =
  (before: readonly KernelFunction[], since: readonly KernelFunction[]) =>
  ({ knobs }: ToldStep): readonly KernelFunction[] =>
    knobs.userGuard === 'viability' ? before : since;

/** `unuse.walk-B-early` → the table's `unuse.walk`, and device B. */
export const partsOf = (label: string): { readonly key: string; readonly other: DeviceId | null } => {
  const bare = label.replace(/-(early|undo|test)$/, '');
  const [, key, other] = /^(.*)-([A-Z]\d*)$/.exec(bare) ?? [];
  return { key: key ?? bare, other: (other ?? null) as DeviceId | null };
};

/** The device that the step's call is about. */
export const deviceOf = ({ call }: ToldStep): DeviceId => ('device' in call ? call.device : '') as DeviceId;
/** The device that the step's label names, else the call's. */
export const otherOf = (step: ToldStep): DeviceId => partsOf(step.label).other ?? deviceOf(step);

/** Simulations have one group. */
export const groupOf = (world: World): GroupState => Object.values(world.groups)[0] as GroupState;

export const orNull = (value: string | null | undefined): string => value ?? 'NULL';

/** A result as C has it: `0` or `-EBUSY`. */
export const asResult = (errno: string): string => (errno === 'OK' ? '0' : `-${errno}`);

/** `name(A) = 0`, with what the kernel chose in the place of 0. */
export const chosen = (name: string, device: string, { outcome }: ToldStep, failure: string): string =>
  `${name}(${device}) = ${outcome === 'defer' ? '-EPROBE_DEFER' : outcome === 'fail' ? `-${failure}` : '0'}`;

/** What the step wrote of the group's ownership; nothing where it wrote nothing. */
export const ownershipWritten = ({ before, after }: ToldStep): readonly string[] => {
  const [was, is] = [groupOf(before), groupOf(after)];
  return [
    ...(was.owner === is.owner ? [] : [`group->owner = ${orNull(is.owner)}`]),
    ...(was.ownerCount === is.ownerCount ? [] : [`group->owner_cnt = ${is.ownerCount}`]),
  ];
};

/** What a test of the group's ownership looks at. */
export const ownershipRead = ({ before, knobs }: ToldStep): string => {
  const { owner, ownerCount, domain } = groupOf(before);
  if (!knobs.claimRecord.startsWith('count')) return `group->owner is ${orNull(owner)}`;
  const said = owner === null && domain !== 'default' ? `, domain ${domain}` : '';
  return `owner_cnt is ${ownerCount}, owner ${orNull(owner)}${said}`;
};

/** A test that may refuse, and what it wrote if it did not: `owner_cnt is 1, owner user: -EBUSY`. */
export const tested = (step: ToldStep): readonly string[] => {
  const { result } = step;
  if (result !== null && result !== 'OK') return [`${ownershipRead(step)}: ${asResult(result)}`];
  const wrote = ownershipWritten(step);
  return wrote.length > 0 ? wrote : [ownershipRead(step)];
};

/** The domain that the group has after the step. */
export const domainSet = (step: ToldStep): string => `__iommu_group_set_domain(${groupOf(step.after).domain})`;
