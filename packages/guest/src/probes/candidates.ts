import { type KernelLine, lineFor, type ProbeRow, probeLines } from '@custody/ingest';

/** A probe to try in the guest; of several with one event the first that the kernel takes stands. */
export interface Candidate {
  /** `system/name` in tracefs. */
  readonly event: string;
  /** Which of its lines are kept: see `filters`. */
  readonly filter: string;
  readonly function: string;
  /**
   * As for `dynamic_events`: `@` is the function or its clone, `<a.b>` and `<a.b-c.d>` are offsets that the guest reads
   * from its own BTF. `tracepoint` for an event that the kernel has by itself.
   */
  readonly definition: string;
}

/**
 * Functions of drivers/iommu/iommu.c. Where a return probe cannot tell which mutex it is about, those that return into
 * this file are kept: the compiler lays a file's functions side by side.
 */
const callers = [
  'iommu_device_register',
  'iommu_probe_device',
  'iommu_release_device',
  'iommu_group_show_type',
  'iommu_group_store_type',
  'iommu_group_alloc',
  'iommu_group_add_device',
  'iommu_group_remove_device',
  'iommu_group_for_each_dev',
  'iommu_get_group_resv_regions',
  'iommu_attach_device',
  'iommu_detach_device',
  'iommu_attach_group',
  'iommu_detach_group',
  'iommu_device_use_default_domain',
  'iommu_device_unuse_default_domain',
  'iommu_group_claim_dma_owner',
  'iommu_group_release_dma_owner',
  'iommu_group_dma_owner_claimed',
];

/** Kept: everything; the mutexes of groups; those of devices; either, by a tracepoint's field; those of the callers. */
const filters = {
  all: '-',
  group: 'group',
  device: 'device',
  contended: 'contended',
  callers: `callers:${callers.join(',')}`,
} as const;

/** Read while the guest looks for the addresses of its groups and devices, and then no more. */
const finders: readonly (readonly [function: string, event: string, words: string])[] = [
  ['iommu_group_show_type', 'found/group', 'gp=$arg1:x64 gid=<iommu_group.id>($arg1):s32'],
  ['pci_uevent', 'found/device', 'devp=$arg1:x64 dev=+0(+0($arg1)):string'],
];

/**
 * Events by fprobe came with v6.5. They are second choice: the kernel counts no misses of theirs, and on 6.12 it took 21 s
 * to register what kprobes register in 3 s (TCG, 2 CPUs).
 */
const hasFprobes = ({ from: [major, minor] }: KernelLine): boolean => major > 6 || (major === 6 && minor >= 3);

/**
 * Before v5.14 a kernel counts a probe as missed, though its line is written, when an argument leads through a bad pointer:
 * so did most mutexes, since a filter is asked later, and devices outside any group. The addresses beside these words tell
 * the same. Source: "kprobes: Do not increment probe miss count in the fault handler", June 2021.
 */
const countsFaults = ({ from: [major, minor] }: KernelLine): boolean => major < 5 || (major === 5 && minor < 14);

const leadsAstray = (word: string): boolean => /^dev=.*<0-device\.mutex>|^gid=.*<device\.iommu_group>/.test(word);

const filterOf = (row: ProbeRow, event: string, words: string): string => {
  if (!row.takes?.includes('mutex')) return filters.all;
  if (!/\block=/.test(words)) return filters.callers;
  return event === row.named?.[0] ? filters.group : filters.device;
};

const tracepoint = ({ on }: ProbeRow): Candidate[] =>
  on === 'tracing_mark_write'
    ? []
    : [{ event: `lock/${on}`, filter: filters.contended, function: on, definition: 'tracepoint' }];

/** A line such as `r64:own/gacq mutex_lock lock=$arg1:x64`, and by fprobe where the kernel takes no kprobe there. */
const asCandidates = (text: string, row: ProbeRow, line: KernelLine): Candidate[] => {
  const [, kind = '', event = '', all = ''] = /^(\w+):own\/(\S+) \S+ ?(.*)$/.exec(text) ?? [];
  const words = countsFaults(line)
    ? all
        .split(' ')
        .filter((word) => !leadsAstray(word))
        .join(' ')
    : all;
  const about = { event: `own/${event}`, filter: filterOf(row, event, words), function: row.on };
  const shape = (probe: string, on: string): Candidate => ({
    ...about,
    definition: `${probe}:own/${event} ${on} ${words}`.trimEnd(),
  });
  const kprobe = shape(kind, '@');
  return hasFprobes(line) ? [kprobe, shape('f', row.at === 'return' ? '@%return' : '@')] : [kprobe];
};

const candidatesOf = (row: ProbeRow, line: KernelLine): Candidate[] => {
  if (row.at === 'event') return tracepoint(row);
  const forms = line.returnsShowArguments && row.at === 'return' ? [true, false] : [line.returnsShowArguments];
  const texts = forms.flatMap((returnsShowArguments) =>
    probeLines(row, { ...line, layout: null, returnsShowArguments }),
  );
  return [...new Set(texts)].flatMap((text) => asCandidates(text, row, line));
};

/**
 * What to probe in a kernel of this release: a row of the importer's tables is a candidate, so a guest records what the
 * importer understands and nothing else.
 *
 * @param release - `uname -r` of the guest.
 */
export const probeCandidates = (release: string): readonly Candidate[] => {
  const line = lineFor(release);
  const finding = finders.flatMap(([on, event, words]) =>
    (hasFprobes(line) ? ['p', 'f'] : ['p']).map((kind) => ({
      event,
      filter: filters.all,
      function: on,
      definition: `${kind}:${event} @ ${words}`,
    })),
  );
  return [...line.rows.flatMap((row) => candidatesOf(row, line)), ...finding];
};

/** As the guest reads them from /etc/custody/probes. */
export const probesFile = (candidates: readonly Candidate[]): string =>
  candidates
    .map(({ event, filter, function: on, definition }) => `${[event, filter, on, definition].join('\t')}\n`)
    .join('');
