import { actionOf, type Model } from './model.ts';

/** Variants R0–R6 of the reference model; see domain/reference-model.md for what each is. */
export type ReferenceVariant = 'R0' | 'R1' | 'R2' | 'R3' | 'R4' | 'R5' | 'R6';

export interface ReferenceSize {
  readonly devices: number;
  readonly claimers: number;
  readonly unbinders?: number;
  /** Bit i: device i's driver has driver_managed_dma. */
  readonly managed?: number;
  /** Pinctrl may fail before the claim. */
  readonly early?: boolean;
}

/** Labels, numbered in the order in which reference-model.md lists them. */
const labels =
  'P0 P1 PE P2 P3 P4 P5 P6 P7 XB X0 X1 F0 F1 F2 F3 Q0 Q1 Q2 Q3 Q4 Q5 Q5b Q6 Q9 C0 CX CL CU C1 C2 C3 C4 C5 C6 C7 CB END'.split(
    ' ',
  );
type Label = string;
const codes = new Map(labels.map((label, code) => [label, code]));
const codeOf = (label: Label): number => codes.get(label) as number;

/**
 * The small protocol of domain/reference-model.md, one word per variable: an independent check on the explorer.
 * Thread order: devices, unbinders, claimers.
 */
export const referenceModel = (
  variant: ReferenceVariant,
  { devices, claimers, unbinders = 0, managed = 0, early = false }: ReferenceSize,
): Model => {
  const threads = devices + unbinders + claimers;
  const hasToken = variant === 'R1' || variant === 'R2' || variant === 'R6';
  const clearsFirst = variant === 'R1' || variant === 'R6';
  const [dl, drv, dma] = [threads, threads + devices, threads + 2 * devices];
  const [usr, tr] = [threads + 3 * devices, threads + 3 * devices + claimers];
  const gm = tr + devices;
  const [owner, cnt, done, words] = [gm + 1, gm + 2, gm + 3, gm + 4];

  let s = new Int32Array(words);
  /** Names of the assertions that failed on the transition at hand; one array for all of them. */
  const broken: string[] = [];
  const v = (at: number): number => s[at] as number;
  const assert = (name: string, holds: boolean): void => {
    if (!holds && !broken.includes(name)) broken.push(name);
  };
  const sum = (from: number, length: number): number => {
    let total = 0;
    for (let at = from; at < from + length; at += 1) total += v(at);
    return total;
  };
  const isManaged = (i: number): boolean => ((managed >> i) & 1) === 1;

  const consistent = (): void => {
    const [dmas, users] = [sum(dma, devices), sum(usr, claimers)];
    if (!hasToken) assert('consistent', v(cnt) === dmas + users && (v(owner) !== 0) === users > 0 && users <= 1);
    else {
      assert('consistent', dmas === 0 || v(owner) === 1);
      assert('consistent', (users === 0 || v(owner) >= 2) && (v(owner) < 2 || users === 1));
    }
  };
  const finish = (): Label => {
    s[done] = v(done) + 1;
    if (v(done) === threads) assert('quiescence', v(owner) === 0 && v(cnt) === 0 && v(gm) === 0);
    return 'END';
  };
  const drop = (at: number, next: Label): Label => {
    s[at] = 0;
    return next;
  };
  const dropConsistent = (next: Label): Label => {
    s[gm] = 0;
    consistent();
    return next;
  };
  const releaseByDevice = (i: number): void => {
    if (!hasToken) {
      assert('count', v(cnt) !== 0);
      if (v(cnt) !== 0) s[cnt] = v(cnt) - 1;
    } else {
      let isUsed = false;
      for (let d = 0; d < devices; d += 1) if (v(drv + d) === 1 && !(variant === 'R2' && d === i)) isUsed = true;
      if (v(owner) === 1 && !isUsed) s[owner] = 0;
    }
    s[dma + i] = 0;
  };
  const clear = (i: number, next: Label): Label => {
    s[drv + i] = 0;
    s[dma + i] = 0;
    return next;
  };
  const afterPinctrl = (i: number): Label => (isManaged(i) ? 'P6' : variant === 'R3' ? 'P3' : 'P2');

  /** One transition of device thread or unbinder `t` on device `i`; the lock it needs is free. */
  const deviceStep = (label: Label, t: number, i: number, fails: boolean): Label => {
    const me = t + 1;
    switch (label) {
      case 'P0':
        s[dl + i] = me;
        return 'P1';
      case 'P1':
        s[drv + i] = isManaged(i) ? 2 : 1;
        return early ? 'PE' : afterPinctrl(i);
      case 'PE':
        if (!fails) return afterPinctrl(i);
        return variant === 'R6' && !isManaged(i) ? 'F0' : 'X0';
      case 'P2':
        s[gm] = me;
        return variant === 'R3' ? 'P4' : 'P3';
      case 'P3': {
        const isFree = hasToken ? v(owner) < 2 : v(cnt) === 0 || v(owner) === 0;
        if (variant === 'R3') return isFree ? 'P2' : 'X0';
        return isFree ? 'P4' : 'XB';
      }
      case 'P4':
        if (hasToken) s[owner] = 1;
        else s[cnt] = v(cnt) + 1;
        s[dma + i] = 1;
        assert('no user', sum(usr, claimers) === 0);
        return 'P5';
      case 'P5':
        return dropConsistent('P6');
      case 'P6':
        if (!fails) return 'P7';
        return isManaged(i) ? 'X0' : clearsFirst ? 'F0' : 'F1';
      case 'P7':
        if (variant === 'R5' && v(tr + i) === 0) {
          s[tr + i] = 1;
          return clear(i, 'P1');
        }
        return drop(dl + i, 'Q0');
      case 'XB':
        return dropConsistent(variant === 'R6' ? 'F0' : 'X0');
      case 'X0':
        return drop(drv + i, 'X1');
      case 'X1':
        return drop(dl + i, 'Q0');
      case 'F0':
        return clear(i, 'F1');
      case 'F1':
        s[gm] = me;
        return 'F2';
      case 'F2':
        releaseByDevice(i);
        return 'F3';
      case 'F3':
        return drop(gm, clearsFirst ? 'X1' : 'X0');
      case 'Q0':
        s[dl + i] = me;
        return 'Q1';
      case 'Q1':
        return v(drv + i) === 0 ? 'Q9' : 'Q2';
      case 'Q2':
        return v(drv + i) === 2 ? 'Q6' : 'Q3';
      case 'Q3':
        if (clearsFirst) return clear(i, 'Q4');
        s[gm] = me;
        return 'Q4';
      case 'Q4':
        if (clearsFirst) {
          s[gm] = me;
          return 'Q5';
        }
        releaseByDevice(i);
        return 'Q5';
      case 'Q5':
        if (!clearsFirst) return drop(gm, 'Q6');
        releaseByDevice(i);
        return 'Q5b';
      case 'Q5b':
        return drop(gm, 'Q9');
      case 'Q6':
        return drop(drv + i, 'Q9');
      default:
        s[dl + i] = 0;
        return finish();
    }
  };

  const claimerStep = (label: Label, t: number, k: number): Label => {
    const me = t + 1;
    switch (label) {
      case 'C0':
        s[gm] = me;
        return variant === 'R3' ? 'C2' : variant === 'R4' ? 'CX' : 'C1';
      case 'CX':
        return k === 0 ? 'CL' : 'C1';
      case 'CL':
        s[dl] = me;
        return 'CU';
      case 'CU':
        return drop(dl, 'C1');
      case 'C1': {
        const isFree = hasToken ? v(owner) === 0 : v(cnt) === 0;
        return !isFree ? 'CB' : variant === 'R3' ? 'C0' : 'C2';
      }
      case 'C2':
        s[owner] = 2 + k;
        if (!hasToken) s[cnt] = v(cnt) + 1;
        s[usr + k] = 1;
        assert('no dma and exactly one user', sum(dma, devices) === 0 && sum(usr, claimers) === 1);
        return 'C3';
      case 'C3':
        return dropConsistent('C4');
      case 'C4':
        return 'C5';
      case 'C5':
        s[gm] = me;
        return 'C6';
      case 'C6': {
        const isOwned = hasToken ? v(owner) >= 2 : v(cnt) !== 0 && v(owner) !== 0;
        assert('release of an owned group', isOwned);
        if (isOwned) {
          s[owner] = 0;
          s[cnt] = 0;
        }
        s[usr + k] = 0;
        return 'C7';
      }
      default:
        if (label === 'C7' || variant !== 'R3') dropConsistent('END');
        return finish();
    }
  };

  const isDevice = (t: number): boolean => t < devices + unbinders;
  const deviceOf = (t: number): number => (t < devices ? t : 0);

  /** The word of the lock that a thread at `label` needs for its next step, or -1. */
  const lockAt = (label: Label, i: number): number => {
    if (label === 'P0' || label === 'Q0') return dl + i;
    if (label === 'CL') return dl;
    if (label === (clearsFirst ? 'Q4' : 'Q3')) return gm;
    return label === 'P2' || label === 'F1' || label === 'C0' || label === 'C5' ? gm : -1;
  };

  const lockOf = (states: Int32Array, at: number, t: number): number =>
    lockAt(labels[states[at + t] as number] as Label, deviceOf(t));
  /** The thread that holds the lock which thread `t` needs, or -1. */
  const holderFor = (states: Int32Array, at: number, t: number): number => {
    const lock = lockOf(states, at, t);
    return lock < 0 ? -1 : (states[at + lock] as number) - 1;
  };

  return {
    words,
    tasks: threads,
    outcomes: ['ok', 'fail'],
    symmetry: [],
    initial: (into, at) => {
      into.fill(0, at, at + words);
      for (let t = 0; t < threads; t += 1) {
        into[at + t] = codeOf(t < devices ? 'P0' : isDevice(t) ? 'Q0' : variant === 'R3' ? 'C1' : 'C0');
      }
    },
    successors: (states, from, scratch, emit) => {
      for (let t = 0; t < threads; t += 1) {
        const label = labels[states[from + t] as number] as Label;
        if (label === 'END' || holderFor(states, from, t) >= 0) continue;
        const choices = label === 'PE' || label === 'P6' ? 2 : 1;
        for (let outcome = 0; outcome < choices; outcome += 1) {
          for (let word = 0; word < words; word += 1) scratch[word] = states[from + word] as number;
          s = scratch as Int32Array<ArrayBuffer>;
          broken.length = 0;
          const next = isDevice(t)
            ? deviceStep(label, t, deviceOf(t), outcome === 1)
            : claimerStep(label, t, t - devices - unbinders);
          scratch[t] = codeOf(next);
          emit(actionOf(t, outcome), broken);
        }
      }
    },
    isDone: (states, at) => states[at + done] === threads,
    isFinished: (states, at, t) => states[at + t] === codeOf('END'),
    waitsFor: holderFor,
    wants: (states, at, t) => {
      if (holderFor(states, at, t) < 0) return null;
      const lock = lockOf(states, at, t);
      return lock === gm ? 'gm' : `dl[${lock - dl}]`;
    },
  };
};
