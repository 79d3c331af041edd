import { type ReferenceSize, type ReferenceVariant, schemeOf } from './reference-size.ts';

/** Some bits of one word of a state. */
export interface Field {
  readonly word: number;
  readonly shift: number;
  readonly bits: number;
}

/** Where each variable of the reference model lies. */
export interface ReferenceLayout {
  readonly words: number;
  /** By thread: devices, unbinders, claimers. */
  readonly pc: readonly Field[];
  readonly dl: readonly Field[];
  /** A bit each: a device has one kind of driver, bound or not. */
  readonly drv: readonly Field[];
  readonly dma: readonly Field[];
  /** R5 only. */
  readonly tr: readonly Field[];
  readonly usr: readonly Field[];
  /** These four share a word. */
  readonly gm: Field;
  readonly owner: Field;
  /** Of no bits where the variant has no counter. */
  readonly cnt: Field;
  readonly done: Field;
}

export const maskOf = ({ shift, bits }: Field): number => (bits === 0 ? 0 : (-1 >>> (32 - bits)) << shift);
/** `value` where the field has it, to be or-ed into its word. */
export const placed = ({ shift, bits }: Field, value: number): number => (bits === 0 ? 0 : value << shift);

const range = (length: number): readonly number[] => Array.from({ length }, (_, index) => index);
/** Enough bits for 0 to `most`. */
const bitsFor = (most: number): number => 32 - Math.clz32(most);
const devicePc = 5;
const unbinderPc = 4;
const claimerPc = 4;

/** The fields of one group, in order, in one word. */
interface Placed {
  readonly fields: readonly Field[];
}

/** Each group of widths into the first word with room for it, the widest first. */
const placeAll = (groups: readonly (readonly number[])[]): { words: number; placed: readonly Placed[] } => {
  const used: number[] = [];
  const total = (widths: readonly number[]): number => widths.reduce((sum, bits) => sum + bits, 0);
  const result: Placed[] = groups.map(() => ({ fields: [] }));
  const order = range(groups.length).toSorted((a, b) => total(groups[b] ?? []) - total(groups[a] ?? []));
  for (const group of order) {
    const widths = groups[group] ?? [];
    const fitting = used.findIndex((bits) => bits + total(widths) <= 32);
    const word = fitting < 0 ? used.length : fitting;
    let shift = used[word] ?? 0;
    const fields = widths.map((bits) => {
      const field = { word, shift, bits };
      shift += bits;
      return field;
    });
    used[word] = shift;
    result[group] = { fields };
  }
  return { words: used.length, placed: result };
};

/** As few words as hold all of the state; what belongs to one thread lies in one word. */
export const layoutOf = (
  variant: ReferenceVariant,
  { devices, claimers, unbinders = 0 }: ReferenceSize,
): ReferenceLayout => {
  const { hasToken, triesTwice } = schemeOf(variant);
  const threads = devices + claimers + unbinders;
  const claims = devices * (triesTwice ? 2 : 1) + claimers;
  const { words, placed: groups } = placeAll([
    [1, bitsFor(1 + claimers), hasToken ? 0 : bitsFor(claims), bitsFor(threads)],
    ...range(devices).map(() => (triesTwice ? [devicePc, 1, 1, 1, 1] : [devicePc, 1, 1, 1])),
    ...range(unbinders).map(() => [unbinderPc]),
    ...range(claimers).map(() => [claimerPc, 1]),
  ]);
  const [shared, ...rest] = groups.map(({ fields }) => fields);
  const [gm, owner, cnt, done] = shared as [Field, Field, Field, Field];
  const column = (from: number, count: number, index: number): readonly Field[] =>
    rest.slice(from, from + count).flatMap((fields) => fields[index] ?? []);
  return {
    words,
    pc: column(0, threads, 0),
    dl: column(0, devices, 1),
    drv: column(0, devices, 2),
    dma: column(0, devices, 3),
    tr: column(0, devices, 4),
    usr: column(devices + unbinders, claimers, 1),
    gm,
    owner,
    cnt,
    done,
  };
};
