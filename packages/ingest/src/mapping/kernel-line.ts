import { keyOf, type ProbeRow } from './row.ts';

/** Offsets in bytes, of one build of a kernel: another build's are in its own BTF. */
export interface Layout {
  readonly build: string;
  readonly device: { readonly mutex: number; readonly driver: number; readonly group: number };
  readonly group: {
    readonly mutex: number;
    readonly id: number;
    readonly domain: number;
    readonly defaultDomain: number;
    /** null before v5.19. */
    readonly ownerCount: number | null;
    readonly owner: number | null;
  };
  /** Of driver_managed_dma, from struct device_driver inside struct pci_driver; null before v5.19. */
  readonly managed: number | null;
}

/** How a line differs from the one it is told from. */
export interface Difference {
  readonly changed?: readonly ProbeRow[];
  readonly added?: readonly ProbeRow[];
  readonly removed?: readonly (Pick<ProbeRow, 'on' | 'at'> & { readonly why: string })[];
}

/** A range of kernels that one table reads. */
export interface KernelLine {
  readonly id: string;
  /** The first release that it reads, `[major, minor]`. */
  readonly from: readonly [number, number];
  readonly about: string;
  /** From which an entry argument can be printed by a return probe. */
  readonly returnsShowArguments: boolean;
  /** null where nobody has looked. */
  readonly layout: Layout | null;
  /** The line it is told from, and how it differs; null for the first. */
  readonly base: { readonly id: string; readonly difference: Difference } | null;
  readonly rows: readonly ProbeRow[];
}

/**
 * @throws RangeError when a changed or removed row is not there, or an added one is: the table would not say what is so.
 */
export const changedRows = (rows: readonly ProbeRow[], { changed = [], added = [], removed = [] }: Difference) => {
  const table = new Map(rows.map((row) => [keyOf(row), row]));
  for (const row of [...changed, ...removed]) {
    if (!table.has(keyOf(row)))
      throw new RangeError(`Cannot change "${keyOf(row)}" as the line before has no such row`);
  }
  for (const row of changed) table.set(keyOf(row), row);
  for (const row of removed) table.delete(keyOf(row));
  for (const row of added) {
    if (table.has(keyOf(row))) throw new RangeError(`Cannot add "${keyOf(row)}" as the line before has it`);
    table.set(keyOf(row), row);
  }
  return [...table.values()];
};

/** The line that comes after `base` and differs from it so. */
export const lineAfter = (
  base: KernelLine,
  line: Omit<KernelLine, 'base' | 'rows'> & { readonly difference: Difference },
): KernelLine => {
  const { difference, ...about } = line;
  return { ...about, base: { id: base.id, difference }, rows: changedRows(base.rows, difference) };
};
