import { checkSize, type ReferenceSize, type ReferenceVariant, schemeOf } from './reference-size.ts';

const range = (length: number): readonly number[] => Array.from({ length }, (_, index) => index);
const sum = (terms: readonly string[]): string => (terms.length === 0 ? '0' : terms.join(' + '));

/** One transition: it happens when `guard` holds, and then all of `effects` at once. (A label cannot name a d_step.) */
const step = (label: string, guard: string, effects: readonly string[], next: string): string =>
  `${label}: if :: d_step { ${[guard, ...effects].join('; ')} } -> goto ${next} fi;`;

/** One transition that does nothing but choose where to go on. */
const choose = (label: string, condition: string, then: string, otherwise: string): string =>
  `${label}: if\n  :: (${condition}) -> goto ${then}\n  :: else -> goto ${otherwise}\n  fi;`;

/** One of two transitions, either of which may happen. */
const either = (label: string, one: string, other: string): string =>
  `${label}: if\n  :: true -> goto ${one}\n  :: true -> goto ${other}\n  fi;`;

/**
 * The reference model in Promela, in the same steps: one statement, or one `d_step`, for each transition. Translate it
 * with `spin -a -o2 -o3` so that SPIN neither merges steps nor leaves variables out. No process ever ends, as the end
 * of a process is a transition to SPIN: each stops at a valid end state.
 */
export const referencePromela = (variant: ReferenceVariant, size: ReferenceSize): string => {
  checkSize(size);
  const { devices, claimers, unbinders = 0, managed = 0, early = false } = size;
  const scheme = schemeOf(variant);
  const { hasToken, clearsFirst } = scheme;
  const threads = devices + claimers + unbinders;
  const dmas = sum(range(devices).map((i) => `dma${i}`));
  const users = sum(range(claimers).map((k) => `usr${k}`));
  const isManaged = (i: number): boolean => ((managed >> i) & 1) === 1;

  const consistent = hasToken
    ? `assert((${dmas} == 0 || owner == 1) && (${users} == 0 || owner >= 2) && (owner < 2 || ${users} == 1))`
    : `assert(cnt == ${dmas} + ${users} && ((owner != 0) == (${users} != 0)) && ${users} <= 1)`;
  const quiescent = `assert(done != ${threads} || (owner == 0 && ${hasToken ? '' : 'cnt == 0 && '}gm == 0))`;
  const take = (label: string, lock: string, next: string): string =>
    step(label, `${lock} == 0`, [`${lock} = 1`], next);
  const set = (label: string, effects: readonly string[], next: string): string => step(label, 'true', effects, next);
  const drop = (label: string, lock: string, next: string): string => set(label, [`${lock} = 0`], next);
  const finish = (label: string, effects: readonly string[]): string =>
    set(label, [...effects, 'done++', quiescent], 'end');
  const end = 'end: false';

  const release = (i: number): readonly string[] => {
    const others = range(devices).filter((d) => !isManaged(d) && !(scheme.skipsSelf && d === i));
    const inUse = sum(others.map((d) => `drv${d}`));
    return hasToken
      ? [`if :: (owner == 1 && ${inUse} == 0) -> owner = 0 :: else fi`, `dma${i} = 0`]
      : ['assert(cnt != 0)', 'if :: (cnt != 0) -> cnt-- :: else fi', `dma${i} = 0`];
  };
  const clear = (i: number): readonly string[] => [`drv${i} = 0`, `dma${i} = 0`];

  const probing = (i: number): readonly string[] => {
    const claim = scheme.checksFirst ? 'P3' : 'P2';
    const afterPinctrl = isManaged(i) ? 'P6' : claim;
    const isFree = hasToken ? 'owner < 2' : 'cnt == 0 || owner == 0';
    return [
      take('P0', `dl${i}`, 'P1'),
      set('P1', [`drv${i} = 1`], early ? 'PE' : afterPinctrl),
      ...(early ? [either('PE', afterPinctrl, scheme.cleansAll && !isManaged(i) ? 'F0' : 'X0')] : []),
      ...(isManaged(i)
        ? []
        : [
            take('P2', 'gm', scheme.checksFirst ? 'P4' : 'P3'),
            choose('P3', isFree, scheme.checksFirst ? 'P2' : 'P4', scheme.checksFirst ? 'X0' : 'XB'),
            set('P4', [hasToken ? 'owner = 1' : 'cnt++', `dma${i} = 1`, `assert(${users} == 0)`], 'P5'),
            set('P5', ['gm = 0', consistent], 'P6'),
            set('XB', ['gm = 0', consistent], scheme.cleansAll ? 'F0' : 'X0'),
          ]),
      either('P6', 'P7', isManaged(i) ? 'X0' : clearsFirst ? 'F0' : 'F1'),
      ...(scheme.triesTwice
        ? [
            `P7: if\n  :: d_step { (tr${i} == 0); tr${i} = 1; drv${i} = 0; dma${i} = 0 } -> goto P1\n  :: d_step { else; dl${i} = 0 } -> goto Q0\n  fi;`,
          ]
        : [drop('P7', `dl${i}`, 'Q0')]),
      ...(isManaged(i)
        ? []
        : [
            ...(clearsFirst ? [set('F0', clear(i), 'F1')] : []),
            take('F1', 'gm', 'F2'),
            set('F2', release(i), 'F3'),
            drop('F3', 'gm', clearsFirst ? 'X1' : 'X0'),
          ]),
      drop('X0', `drv${i}`, 'X1'),
      drop('X1', `dl${i}`, 'Q0'),
    ];
  };

  const unbinding = (i: number): readonly string[] => [
    take('Q0', `dl${i}`, 'Q1'),
    choose('Q1', `drv${i} == 0`, 'Q9', 'Q2'),
    choose('Q2', isManaged(i) ? 'true' : 'false', 'Q6', 'Q3'),
    ...(clearsFirst
      ? [set('Q3', clear(i), 'Q4'), take('Q4', 'gm', 'Q5'), set('Q5', release(i), 'Q5b'), drop('Q5b', 'gm', 'Q9')]
      : [take('Q3', 'gm', 'Q4'), set('Q4', release(i), 'Q5'), drop('Q5', 'gm', 'Q6')]),
    drop('Q6', `drv${i}`, 'Q9'),
    finish('Q9', [`dl${i} = 0`]),
    end,
  ];

  const claiming = (k: number): readonly string[] => {
    const { checksFirst, locksInside } = scheme;
    const isFree = hasToken ? 'owner == 0' : 'cnt == 0';
    const isOwned = hasToken ? 'owner >= 2' : 'cnt != 0 && owner != 0';
    const reset = hasToken ? 'owner = 0' : 'owner = 0; cnt = 0';
    const start = take('C0', 'gm', checksFirst ? 'C2' : locksInside ? 'CX' : 'C1');
    const check = choose('C1', isFree, checksFirst ? 'C0' : 'C2', 'CB');
    return [
      ...(checksFirst ? [check, start] : [start]),
      ...(locksInside
        ? [set('CX', [], k === 0 ? 'CL' : 'C1'), ...(k === 0 ? [take('CL', 'dl0', 'CU'), drop('CU', 'dl0', 'C1')] : [])]
        : []),
      ...(checksFirst ? [] : [check]),
      set(
        'C2',
        [`owner = ${2 + k}`, ...(hasToken ? [] : ['cnt++']), `usr${k} = 1`, `assert(${dmas} == 0 && ${users} == 1)`],
        'C3',
      ),
      set('C3', ['gm = 0', consistent], 'C4'),
      set('C4', [], 'C5'),
      take('C5', 'gm', 'C6'),
      set('C6', [`assert(${isOwned})`, `if :: (${isOwned}) -> ${reset} :: else fi`, `usr${k} = 0`], 'C7'),
      finish('C7', ['gm = 0', consistent]),
      finish('CB', checksFirst ? [] : ['gm = 0', consistent]),
      end,
    ];
  };

  const process = (name: string, steps: readonly string[]): string =>
    `active proctype ${name}() {\n${steps.join('\n')}\n}\n`;
  const bits = [
    'gm',
    ...range(devices).flatMap((i) => [`dl${i}`, `drv${i}`, `dma${i}`, ...(scheme.triesTwice ? [`tr${i}`] : [])]),
    ...range(claimers).map((k) => `usr${k}`),
  ];
  return [
    `/* ${variant}: ${devices} devices, ${claimers} claimers, ${unbinders} unbinders; drvI is a bit, as device I has one kind of driver. */`,
    `bit ${bits.join(', ')};`,
    `byte owner, done${hasToken ? '' : ', cnt'};\n`,
    ...range(devices).map((i) => process(`device${i}`, [...probing(i), ...unbinding(i)])),
    ...range(unbinders).map((u) => process(`unbinder${u}`, unbinding(0))),
    ...range(claimers).map((k) => process(`claimer${k}`, claiming(k))),
  ].join('\n');
};
