import type { KernelLine, Layout } from './kernel-line.ts';
import type { ArgumentName, Parameter, ProbeRow } from './row.ts';

/** What stands for an offset that is not known: to be read from the kernel's own BTF. */
const unknownOffset = (name: string): string => `<${name}>`;

const signed = (offset: number): string => (offset < 0 ? String(offset) : `+${offset}`);

/** Offsets by name, as the words of a probe line. */
const offsetsOf = (layout: Layout | null) => {
  const at = (name: string, offset: number | null | undefined): string =>
    offset === null || offset === undefined ? unknownOffset(name) : signed(offset);
  const from = (name: string, offset: number | null | undefined, base: number | undefined): string =>
    offset === null || offset === undefined || base === undefined ? unknownOffset(name) : signed(offset - base);
  const group = layout?.group;
  const device = layout?.device;
  return {
    group: at('device.iommu_group', device?.group),
    id: at('iommu_group.id', group?.id),
    managed: at('pci_driver.driver_managed_dma-pci_driver.driver', layout?.managed),
    /** In VFIO's own module, which no layout tells of. */
    groupOfVfio: unknownOffset('vfio_group.iommu_group'),
    /** Seen from the group's mutex. */
    ofMutex: {
      gid: from('iommu_group.id-iommu_group.mutex', group?.id, group?.mutex),
      cnt: from('iommu_group.owner_cnt-iommu_group.mutex', group?.ownerCount, group?.mutex),
      owner: from('iommu_group.owner-iommu_group.mutex', group?.owner, group?.mutex),
      dom: from('iommu_group.domain-iommu_group.mutex', group?.domain, group?.mutex),
      ddom: from('iommu_group.default_domain-iommu_group.mutex', group?.defaultDomain, group?.mutex),
    },
    deviceOfMutex: from('0-device.mutex', 0, device?.mutex),
  };
};

type Offsets = ReturnType<typeof offsetsOf>;

/** What a probe can print through the function's parameter at `register`. */
const wordsOf = (parameter: Parameter, register: string, uses: readonly ArgumentName[], offsets: Offsets): string[] => {
  const wants = (argument: ArgumentName): boolean => uses.includes(argument);
  const words: readonly (readonly [ArgumentName, string])[] = {
    device: [
      ['dev', `dev=+0(+0(${register})):string`],
      ['gp', `gp=${offsets.group}(${register}):x64`],
      ['gid', `gid=${offsets.id}(${offsets.group}(${register})):s32`],
    ],
    driver: [
      ['drv', `drv=+0(+0(${register})):string`],
      ['mdma', `mdma=${offsets.managed}(${register}):u8`],
    ],
    group: [
      ['gp', `gp=${register}:x64`],
      ['gid', `gid=${offsets.id}(${register}):s32`],
    ],
    vfioGroup: [
      ['vg', `vg=${register}:x64`],
      ['gp', `gp=${offsets.groupOfVfio}(${register}):x64`],
      ['gid', `gid=${offsets.id}(${offsets.groupOfVfio}(${register})):s32`],
    ],
    cookie: [['newowner', `newowner=${register}:x64`]],
    action: [['action', `action=${register}:u64`]],
    text: [['buf', `buf=+0(${register}):string`]],
    command: [['cmd', `cmd=${register}:x32`]],
    mutex: [
      ['lock', `lock=${register}:x64`],
      ['gid', `gid=${offsets.ofMutex.gid}(${register}):s32`],
      ['cnt', `cnt=${offsets.ofMutex.cnt}(${register}):u32`],
      ['owner', `owner=${offsets.ofMutex.owner}(${register}):x64`],
      ['dom', `dom=${offsets.ofMutex.dom}(${register}):x64`],
      ['ddom', `ddom=${offsets.ofMutex.ddom}(${register}):x64`],
    ],
    other: [],
  }[parameter] as readonly (readonly [ArgumentName, string])[];
  return words.filter(([argument]) => wants(argument)).map(([, word]) => word);
};

const deviceMutex = (register: string, uses: readonly ArgumentName[], offsets: Offsets): string[] => [
  `lock=${register}:x64`,
  ...(uses.includes('dev') ? [`dev=+0(${offsets.deviceOfMutex}(${register})):string`] : []),
];

const returnWord = (uses: readonly ArgumentName[]): string[] => (uses.includes('ret') ? ['ret=$retval:s32'] : []);

/**
 * Lines to write to tracefs `dynamic_events` (or `events/.../enable`), ready where the layout is known; `<name>` stands
 * for an offset to be read from the kernel's own BTF. Source of the forms: domain/guest.md §4.
 */
export const probeLines = (row: ProbeRow, line: KernelLine): readonly string[] => {
  const { on, at, takes = [], uses } = row;
  if (at === 'event') {
    return on === 'tracing_mark_write'
      ? ['echo text > trace_marker']
      : [`echo 1 > events/lock/${on}/enable; echo 0 > options/hash-ptr`];
  }
  const offsets = offsetsOf(line.layout);
  const shown = at === 'entry' || line.returnsShowArguments ? takes : [];
  const words = shown.flatMap((parameter, index) => wordsOf(parameter, `$arg${index + 1}`, uses, offsets));
  const [name, other] = row.named ?? [at === 'return' ? `${on}_ret` : on];
  const kind = at === 'return' ? 'r64' : 'p';
  const one = [`${kind}:own/${name}`, on, ...(at === 'return' ? returnWord(uses) : []), ...words].join(' ');
  if (other === undefined || !takes.includes('mutex')) return [one];
  // The same function once more, filtered on the mutexes of devices: they lie elsewhere in their object.
  if (shown.length === 0) return [one];
  return [one, [`${kind}:own/${other}`, on, ...deviceMutex('$arg1', uses, offsets)].join(' ')];
};

/** The event whose filter keeps other mutexes of the kernel out. */
export const needsFilter = ({ takes = [], named = [] }: ProbeRow): readonly string[] =>
  takes.includes('mutex') ? named : [];
