import type { Behaviour, Footprint, Interchangeable, Member, Field as PackedField } from '@custody/explore';
import type { Field, ReferenceLayout } from './reference-layout.ts';
import { type ReferenceSize, type ReferenceVariant, schemeOf } from './reference-size.ts';
import type { Effect, Move, Script, Step } from './reference-steps.ts';

const range = (length: number): readonly number[] => Array.from({ length }, (_, index) => index);

/** The fields of a layout as the explorer names them, each once. */
const packer = (): ((field: Field) => PackedField) => {
  const known = new Map<Field, PackedField>();
  return (field) => {
    const { word, shift, bits } = field;
    const packed = known.get(field) ?? { word, shift, mask: bits === 0 ? 0 : 2 ** bits - 1 };
    known.set(field, packed);
    return packed;
  };
};

/**
 * What may change places in the reference model: devices whose drivers are of one kind, except the one that has more
 * than its own thread to do with (device 0, of unbinders and of R4's claimer), unbinders, and claimers but R4's first.
 */
const interchangeableIn = (
  variant: ReferenceVariant,
  { devices, claimers, unbinders = 0, managed = 0 }: ReferenceSize,
  { pc, dl, drv, dma, tr, usr, owner }: ReferenceLayout,
  pack: (field: Field) => PackedField,
): Interchangeable => {
  const { locksInside } = schemeOf(variant);
  const isSpecial = (i: number): boolean => i === 0 && (unbinders > 0 || (locksInside && claimers > 0));
  const member = (thread: number, fields: readonly (Field | undefined)[]): Member => ({
    fields: [pc[thread], ...fields].flatMap((field) => (field === undefined ? [] : [pack(field)])),
    tasks: [thread],
  });
  const own = range(devices).filter((i) => !isSpecial(i));
  const device = (i: number): Member => member(i, [dl[i], drv[i], dma[i], tr[i]]);
  const isManaged = (i: number): boolean => ((managed >> i) & 1) === 1;
  const firstClaimer = devices + unbinders;
  const alike = range(claimers).filter((k) => !(locksInside && k === 0));
  const sets = [
    { claimers: null, members: own.filter(isManaged).map(device) },
    { claimers: null, members: own.filter((i) => !isManaged(i)).map(device) },
    { claimers: null, members: range(unbinders).map((u) => member(devices + u, [])) },
    { claimers: alike, members: alike.map((k) => member(firstClaimer + k, [usr[k]])) },
  ].filter(({ members }) => members.length > 1);
  const group = sets.findIndex((set) => set.claimers !== null);
  const names = [
    null,
    null,
    ...range(claimers).map((k) => (alike.includes(k) ? { group, member: alike.indexOf(k), role: 1 } : null)),
  ];
  return { groups: sets, references: group < 0 ? [] : [{ field: pack(owner), names }] };
};

/** Fields that an effect reads and writes beyond those of its move. */
const touchedBy = (
  effect: Effect,
  { dma, usr, owner, cnt, gm, done, drv }: ReferenceLayout,
): { readonly reads: readonly Field[]; readonly writes: readonly Field[] } => {
  const consistency = [...dma, ...usr, owner, cnt];
  const rest = [done, owner, cnt, gm];
  switch (effect) {
    case 'none':
      return { reads: [], writes: [] };
    case 'claimed':
      return { reads: usr, writes: [] };
    case 'used':
      return { reads: [...dma, ...usr], writes: [] };
    case 'consistent':
      return { reads: consistency, writes: [] };
    case 'released':
      return { reads: [owner, cnt, ...drv], writes: [owner, cnt] };
    case 'handed back':
      return { reads: [owner, cnt], writes: [owner, cnt] };
    case 'quiescent':
      return { reads: rest, writes: [] };
    case 'at rest':
      return { reads: [...consistency, ...rest], writes: [] };
  }
};

/** What the threads do, from their scripts: all of it is known in advance. */
const behaviourOf = (
  scripts: readonly Script[],
  layout: ReferenceLayout,
  pack: (field: Field) => PackedField,
): Behaviour => {
  const locks = [...layout.dl, layout.gm];
  const numbers = new Map<PackedField, number>();
  const numberOf = (field: Field): number => {
    const packed = pack(field);
    const number = numbers.get(packed) ?? numbers.size;
    numbers.set(packed, number);
    return number;
  };
  const setOf = (fields: readonly Field[]): ReadonlySet<number> =>
    new Set(fields.filter(({ bits }) => bits > 0).map(numberOf));
  const footprint = (pc: Field, { takes, test = [] }: Step, move: Move, next: number): Footprint => {
    const { sets, adds, effect = 'none' } = move;
    const touched = touchedBy(effect, layout);
    const added = adds === undefined ? [] : [adds];
    const held = sets.filter(([field]) => locks.includes(field));
    return {
      reads: setOf([pc, ...(takes ? [takes] : []), ...test, ...touched.reads, ...added]),
      writes: setOf([pc, ...sets.map(([field]) => field), ...touched.writes, ...added]),
      takes: setOf(held.flatMap(([field, value]) => (value === 0 ? [] : [field]))),
      drops: setOf(held.flatMap(([field, value]) => (value === 0 ? [field] : []))),
      next,
    };
  };
  const tasks = scripts.map(({ steps }, thread) => {
    const pc = layout.pc[thread] as Field;
    const labels = [...steps.map(({ label }) => label), 'END'];
    const waits = ({ takes }: Step): readonly Footprint[] =>
      takes === undefined
        ? []
        : [{ reads: setOf([pc, takes]), writes: setOf([]), takes: setOf([]), drops: setOf([]), next: null }];
    const known = steps.map((step, place): [number, readonly Footprint[]] => [
      place,
      [
        ...waits(step),
        ...step.moves.flatMap((move) =>
          move === undefined ? [] : [footprint(pc, step, move, labels.indexOf(move.to))],
        ),
      ],
    ]);
    const end: [number, readonly Footprint[]] = [
      steps.length,
      [{ reads: setOf([pc]), writes: setOf([]), takes: setOf([]), drops: setOf([]), next: null }],
    ];
    return { place: pack(pc), start: 0, steps: new Map([...known, end]) };
  });
  return { fields: [...numbers.keys()], locks: setOf(locks), tasks };
};

/** What the explorer must know of the reference model to reduce it. */
export const reductionsOf = (
  variant: ReferenceVariant,
  size: ReferenceSize,
  layout: ReferenceLayout,
  scripts: readonly Script[],
): { readonly symmetry: Interchangeable; readonly behaviour: () => Behaviour } => {
  const pack = packer();
  const behaviour = behaviourOf(scripts, layout, pack);
  return { symmetry: interchangeableIn(variant, size, layout, pack), behaviour: () => behaviour };
};
