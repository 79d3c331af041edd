import { actionOf, type Emit, type Model } from '@custody/explore';
import { type Field, layoutOf, maskOf, placed } from './reference-layout.ts';
import { reductionsOf } from './reference-reductions.ts';
import { checkSize, type ReferenceSize, type ReferenceVariant, schemeOf } from './reference-size.ts';
import { type Effect, type Move, type Script, type Step, scriptsOf } from './reference-steps.ts';

/** A label's number has at most 5 bits, so this many entries of a table belong to one thread. */
const labelCount = 32;
const effects: readonly Effect[] = [
  'none',
  'claimed',
  'used',
  'consistent',
  'released',
  'handed back',
  'quiescent',
  'at rest',
];

const ones = (bits: number): number => {
  const pairs = bits - ((bits >>> 1) & 0x55555555);
  const fours = (pairs & 0x33333333) + ((pairs >>> 2) & 0x33333333);
  return Math.imul((fours + (fours >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
};

/** Label → number; the first step is 0, `END` comes last. */
const numbered = ({ steps }: Script): ReadonlyMap<string, number> =>
  new Map([...steps.map(({ label }) => label), 'END'].map((label, index) => [label, index]));

const movesOf = (step?: Step): readonly Move[] => (step?.moves ?? []).flatMap((move) => move ?? []);

/** Label → the locks held there. */
const locksHeld = ({ steps }: Script, locks: readonly Field[]): ReadonlyMap<string, ReadonlySet<Field>> => {
  const byLabel = new Map(steps.map((step) => [step.label, step]));
  const held = new Map<string, ReadonlySet<Field>>();
  const visit = (label: string, now: ReadonlySet<Field>): void => {
    if (held.has(label)) return;
    held.set(label, now);
    for (const { to, sets } of movesOf(byLabel.get(label))) {
      const next = new Set(now);
      for (const [field, value] of sets) {
        if (!locks.includes(field)) continue;
        if (value === 1) next.add(field);
        else next.delete(field);
      }
      visit(to, next);
    }
  };
  visit(steps[0]?.label ?? 'END', new Set());
  return held;
};

/**
 * The small protocol of domain/reference-model.md, for measuring the explorer and for checking it. Its steps become
 * tables: what a label needs to be free, what it asks, and for each of two moves what stays and what is set of each
 * word, so that a transition is a few words read and written.
 *
 * @throws RangeError when the model is not stated for such a size.
 */
export const referenceModel = (variant: ReferenceVariant, size: ReferenceSize): Model => {
  checkSize(size);
  const { devices, claimers, unbinders = 0, managed = 0 } = size;
  const { hasToken, skipsSelf } = schemeOf(variant);
  const threads = devices + unbinders + claimers;
  const layout = layoutOf(variant, size);
  const { words, gm, owner, cnt, done } = layout;
  const scripts = scriptsOf(variant, size, layout);
  const locks = [...layout.dl, gm];
  const shared = gm.word;

  /** By thread and label, at `thread * labelCount + label`. */
  const entries = threads * labelCount;
  const needWord = new Int32Array(entries);
  const needMask = new Int32Array(entries);
  const askWord = new Int32Array(entries);
  const askFirst = new Int32Array(entries);
  const askSecond = new Int32Array(entries);
  const mayFail = new Uint8Array(entries);
  /** The index in `locks` of what is waited for, or -1. */
  const waitsForLock = new Int32Array(entries).fill(-1);
  /** Bit i: `locks[i]` is held. */
  const holds = new Int32Array(entries);
  /** By move: two for each entry. */
  const keep = new Int32Array(entries * 2 * words).fill(-1);
  const put = new Int32Array(entries * 2 * words);
  const plus = new Int32Array(entries * 2);
  const effectOf = new Uint8Array(entries * 2);
  const actions = new Uint16Array(entries * 2);
  const pcWord = new Int32Array(threads);
  const pcShift = new Int32Array(threads);
  const pcMask = new Int32Array(threads);
  const ends = new Int32Array(threads);

  const write = (at: number, field: Field, value: number): void => {
    const word = at * words + field.word;
    keep[word] = (keep[word] as number) & ~maskOf(field);
    put[word] = (put[word] as number) | placed(field, value);
  };
  const compileMove = (at: number, { sets, adds, effect = 'none' }: Move, pc: Field, to: number): void => {
    write(at, pc, to);
    for (const [field, value] of sets) write(at, field, value);
    if (adds !== undefined) plus[at] = placed(adds, 1);
    effectOf[at] = effects.indexOf(effect);
  };
  scripts.forEach((script, thread) => {
    const pc = layout.pc[thread] as Field;
    const labels = numbered(script);
    const end = labels.get('END') as number;
    ends[thread] = end;
    pcWord[thread] = pc.word;
    pcShift[thread] = pc.shift;
    pcMask[thread] = maskOf({ ...pc, shift: 0 });
    for (const [label, held] of locksHeld(script, locks)) {
      holds[thread * labelCount + (labels.get(label) as number)] = [...held].reduce(
        (mask, lock) => mask | (1 << locks.indexOf(lock)),
        0,
      );
    }
    script.steps.forEach(({ takes, test = [], mayFail: fails = false, moves }, label) => {
      const entry = thread * labelCount + label;
      if (takes !== undefined) {
        needWord[entry] = takes.word;
        needMask[entry] = maskOf(takes);
        waitsForLock[entry] = locks.indexOf(takes);
      }
      const [first, second = first] = test;
      if (first !== undefined && second !== undefined) {
        askWord[entry] = first.word;
        askFirst[entry] = maskOf(first);
        askSecond[entry] = maskOf(second);
      }
      mayFail[entry] = fails ? 1 : 0;
      moves.forEach((move, index) => {
        if (move === undefined) return;
        compileMove(entry * 2 + index, move, pc, labels.get(move.to) as number);
        actions[entry * 2 + index] = actionOf(thread, fails ? index : 0);
      });
    });
    // Whoever has finished waits for its own label to change, for ever.
    needWord[thread * labelCount + end] = pc.word;
    needMask[thread * labelCount + end] = maskOf(pc);
  });

  /** Word → the bits of all these fields in it. */
  const masksOf = (fields: readonly Field[]): Int32Array => {
    const masks = new Int32Array(words);
    for (const field of fields) masks[field.word] = (masks[field.word] as number) | maskOf(field);
    return masks;
  };
  const dmaMasks = masksOf(layout.dma);
  const usrMasks = masksOf(layout.usr);
  /** By thread: what says that a device is still in use, when that thread releases. */
  const inUseMasks = scripts.map(({ device }) =>
    masksOf(layout.drv.filter((_, i) => ((managed >> i) & 1) === 0 && !(skipsSelf && i === device))),
  );
  const anyOf = (state: Int32Array, masks: Int32Array): boolean => {
    for (let word = 0; word < words; word += 1)
      if (((state[word] as number) & (masks[word] as number)) !== 0) return true;
    return false;
  };
  const countOf = (state: Int32Array, masks: Int32Array): number => {
    let count = 0;
    for (let word = 0; word < words; word += 1) count += ones((state[word] as number) & (masks[word] as number));
    return count;
  };
  const ownerMask = maskOf(owner);
  const cntMask = maskOf(cnt);
  const ownedByDevices = placed(owner, 1);
  const restMask = maskOf(gm) | ownerMask | cntMask;
  const allDone = placed(done, threads);
  const doneMask = maskOf(done);

  /** Names of the assertions that failed on the transition at hand; one array for all of them. */
  const broken: string[] = [];
  const watchConsistency = (state: Int32Array): void => {
    const now = state[shared] as number;
    const users = countOf(state, usrMasks);
    const owned = (now & ownerMask) >>> owner.shift;
    const holdsTrue = hasToken
      ? (owned === 1 || !anyOf(state, dmaMasks)) && (owned >= 2 ? users === 1 : users === 0)
      : (now & cntMask) >>> cnt.shift === countOf(state, dmaMasks) + users &&
        (owned !== 0) === (users !== 0) &&
        users <= 1;
    if (!holdsTrue) broken.push('consistent');
  };
  const watchQuiescence = (state: Int32Array): void => {
    const now = state[shared] as number;
    if ((now & doneMask) === allDone && (now & restMask) !== 0) broken.push('quiescence');
  };
  const release = (state: Int32Array, thread: number): void => {
    const now = state[shared] as number;
    if (hasToken) {
      const isOurs = (now & ownerMask) === ownedByDevices;
      if (isOurs && !anyOf(state, inUseMasks[thread] as Int32Array)) state[shared] = now & ~ownerMask;
    } else if ((now & cntMask) === 0) broken.push('count');
    else state[shared] = now - placed(cnt, 1);
  };
  const handBack = (state: Int32Array): void => {
    const now = state[shared] as number;
    const isOwned = hasToken
      ? (now & ownerMask) >>> owner.shift >= 2
      : (now & cntMask) !== 0 && (now & ownerMask) !== 0;
    if (isOwned) state[shared] = now & ~(ownerMask | cntMask);
    else broken.push('release of an owned group');
  };
  const applyEffect = (effect: number, state: Int32Array, thread: number): void => {
    switch (effect) {
      // claimed
      case 1:
        if (anyOf(state, usrMasks)) broken.push('no user');
        return;
      // used
      case 2:
        if (anyOf(state, dmaMasks) || countOf(state, usrMasks) !== 1) broken.push('no dma and exactly one user');
        return;
      // consistent
      case 3:
        watchConsistency(state);
        return;
      // released
      case 4:
        release(state, thread);
        return;
      // handed back
      case 5:
        handBack(state);
        return;
      // quiescent
      case 6:
        watchQuiescence(state);
        return;
      // at rest
      default:
        watchConsistency(state);
        watchQuiescence(state);
    }
  };

  const entryAt = (states: Int32Array, at: number, thread: number): number =>
    thread * labelCount +
    (((states[at + (pcWord[thread] as number)] as number) >>> (pcShift[thread] as number)) &
      (pcMask[thread] as number));

  const move = (states: Int32Array, from: number, scratch: Int32Array, at: number, thread: number): void => {
    const row = at * words;
    scratch[0] = ((states[from] as number) & (keep[row] as number)) | (put[row] as number);
    for (let word = 1; word < words; word += 1) {
      scratch[word] = ((states[from + word] as number) & (keep[row + word] as number)) | (put[row + word] as number);
    }
    scratch[shared] = (scratch[shared] as number) + (plus[at] as number);
    const effect = effectOf[at] as number;
    if (effect !== 0) applyEffect(effect, scratch, thread);
  };

  const successors = (states: Int32Array, from: number, scratch: Int32Array, emit: Emit, only = -1): void => {
    const last = only < 0 ? threads : only + 1;
    for (let thread = only < 0 ? 0 : only; thread < last; thread += 1) {
      const entry = entryAt(states, from, thread);
      if (((states[from + (needWord[entry] as number)] as number) & (needMask[entry] as number)) !== 0) continue;
      const asked = states[from + (askWord[entry] as number)] as number;
      const isNo = (asked & (askFirst[entry] as number)) !== 0 && (asked & (askSecond[entry] as number)) !== 0;
      const end = entry * 2 + (isNo ? 1 : (mayFail[entry] as number));
      for (let at = isNo ? end : entry * 2; at <= end; at += 1) {
        move(states, from, scratch, at, thread);
        const action = actions[at] as number;
        if (broken.length === 0) emit(action);
        else {
          emit(action, broken);
          broken.length = 0;
        }
      }
    }
  };

  const lockFor = (states: Int32Array, at: number, thread: number): number => {
    const entry = entryAt(states, at, thread);
    const isTaken = ((states[at + (needWord[entry] as number)] as number) & (needMask[entry] as number)) !== 0;
    return isTaken ? (waitsForLock[entry] as number) : -1;
  };

  return {
    words,
    ...reductionsOf(variant, size, layout, scripts),
    tasks: threads,
    outcomes: ['ok', 'fail'],
    initial: (into, at) => into.fill(0, at, at + words),
    successors,
    isDone: (states, at) => ((states[at + shared] as number) & doneMask) === allDone,
    isFinished: (states, at, thread) => entryAt(states, at, thread) === thread * labelCount + (ends[thread] as number),
    waitsFor: (states, at, thread) => {
      const lock = lockFor(states, at, thread);
      if (lock < 0) return -1;
      for (let other = 0; other < threads; other += 1) {
        if ((((holds[entryAt(states, at, other)] as number) >> lock) & 1) === 1) return other;
      }
      return -1;
    },
    wants: (states, at, thread) => {
      const lock = lockFor(states, at, thread);
      return lock < 0 ? null : lock === devices ? 'gm' : `dl[${lock}]`;
    },
  };
};
