import type { Field, ReferenceLayout } from './reference-layout.ts';
import { type ReferenceSize, type ReferenceVariant, schemeOf } from './reference-size.ts';

/** What a transition does beyond setting fields: an assertion, or a release that depends on the state. */
export type Effect = 'none' | 'claimed' | 'used' | 'consistent' | 'released' | 'handed back' | 'quiescent' | 'at rest';

/** One transition, taken when its step's lock is free. */
export interface Move {
  readonly to: string;
  readonly sets: readonly (readonly [Field, number])[];
  readonly adds?: Field;
  readonly effect?: Effect;
}

export interface Step {
  readonly label: string;
  /** The lock that must be free, and is taken. */
  readonly takes?: Field;
  /** The first move when one of these is 0, else the second. */
  readonly test?: readonly Field[];
  /** Either of the two moves may happen. */
  readonly mayFail?: boolean;
  readonly moves: readonly [Move, Move?];
}

/** The script of one thread; it starts at the first step and stops at the label `END`. */
export interface Script {
  /** Where an unbinder or a device thread works; null for a claimer. */
  readonly device: number | null;
  readonly steps: readonly Step[];
}

const range = (length: number): readonly number[] => Array.from({ length }, (_, index) => index);

/** The steps of domain/reference-model.md, one for each of its line items, by thread: devices, unbinders, claimers. */
export const scriptsOf = (
  variant: ReferenceVariant,
  { devices, claimers, unbinders = 0, managed = 0, early = false }: ReferenceSize,
  { dl, drv, dma, tr, usr, gm, owner, cnt, done }: ReferenceLayout,
): readonly Script[] => {
  const { hasToken, clearsFirst, checksFirst, locksInside, triesTwice, cleansAll } = schemeOf(variant);
  const field = (fields: readonly Field[], index: number): Field => fields[index] as Field;
  const isManaged = (i: number): boolean => ((managed >> i) & 1) === 1;

  const set = (label: string, sets: Move['sets'], to: string, effect: Effect = 'none'): Step => ({
    label,
    moves: [{ to, sets, effect }],
  });
  const take = (label: string, lock: Field, to: string): Step => ({
    ...set(label, [[lock, 1]], to),
    takes: lock,
  });
  const clear = (label: string, fields: readonly Field[], to: string, effect: Effect = 'none'): Step =>
    set(
      label,
      fields.map((one) => [one, 0]),
      to,
      effect,
    );
  const choose = (label: string, test: readonly Field[], then: string, otherwise: string): Step => ({
    label,
    test,
    moves: [
      { to: then, sets: [] },
      { to: otherwise, sets: [] },
    ],
  });
  const either = (label: string, ok: string, failed: string): Step => ({
    ...choose(label, [], ok, failed),
    mayFail: true,
  });
  const finish = (label: string, fields: readonly Field[], effect: Effect): Step => {
    const { moves, ...step } = clear(label, fields, 'END', effect);
    return { ...step, moves: [{ ...moves[0], adds: done }] };
  };

  /** Zero when `owner` is less than 2. */
  const user: Field = { ...owner, shift: owner.shift + 1, bits: owner.bits - 1 };

  const claiming = (i: number): readonly Step[] => [
    take('P2', gm, checksFirst ? 'P4' : 'P3'),
    choose('P3', hasToken ? [user] : [cnt, owner], checksFirst ? 'P2' : 'P4', checksFirst ? 'X0' : 'XB'),
    {
      label: 'P4',
      moves: [
        {
          to: 'P5',
          sets: [[field(dma, i), 1], ...(hasToken ? [[owner, 1] as const] : [])],
          ...(!hasToken && { adds: cnt }),
          effect: 'claimed',
        },
      ],
    },
    clear('P5', [gm], 'P6', 'consistent'),
    clear('XB', [gm], cleansAll ? 'F0' : 'X0', 'consistent'),
  ];
  const cleanup = (i: number): readonly Step[] => [
    ...(clearsFirst ? [clear('F0', [field(drv, i), field(dma, i)], 'F1')] : []),
    take('F1', gm, 'F2'),
    clear('F2', [field(dma, i)], 'F3', 'released'),
    clear('F3', [gm], clearsFirst ? 'X1' : 'X0'),
  ];
  const probing = (i: number): readonly Step[] => {
    const claim = checksFirst ? 'P3' : 'P2';
    const afterPinctrl = isManaged(i) ? 'P6' : claim;
    const twice: Step = {
      label: 'P7',
      test: [field(tr, i)],
      moves: [
        {
          to: 'P1',
          sets: [
            [field(tr, i), 1],
            [field(drv, i), 0],
            [field(dma, i), 0],
          ],
        },
        { to: 'Q0', sets: [[field(dl, i), 0]] },
      ],
    };
    return [
      take('P0', field(dl, i), 'P1'),
      set('P1', [[field(drv, i), 1]], early ? 'PE' : afterPinctrl),
      ...(early ? [either('PE', afterPinctrl, cleansAll && !isManaged(i) ? 'F0' : 'X0')] : []),
      ...(isManaged(i) ? [] : claiming(i)),
      either('P6', 'P7', isManaged(i) ? 'X0' : clearsFirst ? 'F0' : 'F1'),
      triesTwice ? twice : clear('P7', [field(dl, i)], 'Q0'),
      ...(isManaged(i) ? [] : cleanup(i)),
      clear('X0', [field(drv, i)], 'X1'),
      clear('X1', [field(dl, i)], 'Q0'),
    ];
  };

  const unbinding = (i: number): readonly Step[] => [
    take('Q0', field(dl, i), 'Q1'),
    choose('Q1', [field(drv, i)], 'Q9', 'Q2'),
    set('Q2', [], isManaged(i) ? 'Q6' : 'Q3'),
    ...(clearsFirst
      ? [
          clear('Q3', [field(drv, i), field(dma, i)], 'Q4'),
          take('Q4', gm, 'Q5'),
          clear('Q5', [field(dma, i)], 'Q5b', 'released'),
          clear('Q5b', [gm], 'Q9'),
        ]
      : [take('Q3', gm, 'Q4'), clear('Q4', [field(dma, i)], 'Q5', 'released'), clear('Q5', [gm], 'Q6')]),
    clear('Q6', [field(drv, i)], 'Q9'),
    finish('Q9', [field(dl, i)], 'quiescent'),
  ];

  const using = (k: number): readonly Step[] => {
    const start = take('C0', gm, checksFirst ? 'C2' : locksInside ? 'CX' : 'C1');
    const check = choose('C1', [hasToken ? owner : cnt], checksFirst ? 'C0' : 'C2', 'CB');
    const inside = [
      set('CX', [], k === 0 ? 'CL' : 'C1'),
      ...(k === 0 ? [take('CL', field(dl, 0), 'CU'), clear('CU', [field(dl, 0)], 'C1')] : []),
    ];
    const use: Move = {
      to: 'C3',
      sets: [
        [owner, 2 + k],
        [field(usr, k), 1],
      ],
      ...(!hasToken && { adds: cnt }),
      effect: 'used',
    };
    return [
      ...(checksFirst ? [check, start] : [start, ...(locksInside ? inside : []), check]),
      { label: 'C2', moves: [use] },
      clear('C3', [gm], 'C4', 'consistent'),
      set('C4', [], 'C5'),
      take('C5', gm, 'C6'),
      clear('C6', [field(usr, k)], 'C7', 'handed back'),
      finish('C7', [gm], 'at rest'),
      finish('CB', checksFirst ? [] : [gm], checksFirst ? 'quiescent' : 'at rest'),
    ];
  };

  return [
    ...range(devices).map((i) => ({ device: i, steps: [...probing(i), ...unbinding(i)] })),
    ...range(unbinders).map(() => ({ device: 0, steps: unbinding(0) })),
    ...range(claimers).map((k) => ({ device: null, steps: using(k) })),
  ];
};
