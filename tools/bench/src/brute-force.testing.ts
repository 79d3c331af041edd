/**
 * The reference model once more, for checking the other: plain objects and strings, written line by line from
 * domain/reference-model.md, sharing nothing with what it checks. N devices, C claimers, no options.
 */
interface State {
  readonly pc: string[];
  readonly dl: number[];
  readonly drv: number[];
  gm: number;
  owner: number;
  cnt: number;
  readonly dma: number[];
  readonly usr: number[];
  done: number;
  readonly tr: number[];
}

export interface Counts {
  states: number;
  transitions: number;
  /** Transitions on which an assertion failed. */
  failing: number;
  deadlocks: number;
  /** Steps to the first state after a failed assertion, or the first where nobody can move; 0 when there is none. */
  nearest: number;
}

const total = (bits: readonly number[]): number => bits.reduce((sum, bit) => sum + bit, 0);

export const bruteForce = (R: string, N: number, C: number): Counts => {
  const counter = ['R0', 'R3', 'R4', 'R5'].includes(R);
  const repaired = R === 'R1' || R === 'R6';

  /** Everything thread `t` can do: what the state becomes, and whether an assertion failed. */
  const stepsOf = (before: State, t: number): { after: State; failed: boolean }[] => {
    const results: { after: State; failed: boolean }[] = [];
    const at = before.pc[t] as string;
    const i = t;
    const k = t - N;
    const step = (next: string, act: (s: State, assert: (holds: boolean) => void) => void = () => {}): void => {
      const after = structuredClone(before);
      let failed = false;
      after.pc[t] = next;
      act(after, (holds) => {
        failed ||= !holds;
      });
      results.push({ after, failed });
    };
    const consistent = (s: State): boolean => {
      const [d, u] = [total(s.dma), total(s.usr)];
      if (counter) return s.cnt === d + u && (s.owner !== 0) === (u !== 0) && u <= 1;
      return (d === 0 || s.owner === 1) && (u === 0 || s.owner >= 2) && (s.owner < 2 || u === 1);
    };
    const finish = (s: State, assert: (holds: boolean) => void): void => {
      s.done += 1;
      if (s.done === N + C) assert(s.owner === 0 && s.cnt === 0 && s.gm === 0);
    };
    const takeGm = (next: string): void => {
      if (before.gm === 0)
        step(next, (s) => {
          s.gm = 1;
        });
    };
    const dropGm = (next: string): void =>
      step(next, (s) => {
        s.gm = 0;
      });
    const takeDl = (d: number, next: string): void => {
      if (before.dl[d] === 0)
        step(next, (s) => {
          s.dl[d] = 1;
        });
    };
    const dropDl = (d: number, next: string): void =>
      step(next, (s) => {
        s.dl[d] = 0;
      });
    const clearDrv = (next: string): void =>
      step(next, (s) => {
        s.drv[i] = 0;
      });
    const clearBoth = (next: string): void =>
      step(next, (s) => {
        s.drv[i] = 0;
        s.dma[i] = 0;
      });
    const deviceRelease = (next: string): void =>
      step(next, (s, assert) => {
        if (counter) {
          assert(s.cnt !== 0);
          if (s.cnt !== 0) s.cnt -= 1;
        } else if (s.owner === 1 && !s.drv.some((driver, d) => driver === 1 && (R !== 'R2' || d !== i))) s.owner = 0;
        s.dma[i] = 0;
      });
    const dropConsistent = (next: string): void =>
      step(next, (s, assert) => {
        s.gm = 0;
        assert(consistent(s));
      });

    switch (at) {
      case 'P0':
        takeDl(i, 'P1');
        break;
      case 'P1':
        step(R === 'R3' ? 'P3' : 'P2', (s) => {
          s.drv[i] = 1;
        });
        break;
      case 'P2':
        takeGm(R === 'R3' ? 'P4' : 'P3');
        break;
      case 'P3': {
        const ok = counter ? before.cnt === 0 || before.owner === 0 : before.owner < 2;
        if (R === 'R3') step(ok ? 'P2' : 'X0');
        else step(ok ? 'P4' : 'XB');
        break;
      }
      case 'P4':
        step('P5', (s, assert) => {
          if (counter) s.cnt += 1;
          else s.owner = 1;
          s.dma[i] = 1;
          assert(total(s.usr) === 0);
        });
        break;
      case 'P5':
        dropConsistent('P6');
        break;
      case 'P6':
        step('P7');
        step(repaired ? 'F0' : 'F1');
        break;
      case 'P7':
        if (R === 'R5' && before.tr[i] === 0)
          step('P1', (s) => {
            s.drv[i] = 0;
            s.dma[i] = 0;
            s.tr[i] = 1;
          });
        else dropDl(i, 'Q0');
        break;
      case 'XB':
        dropConsistent(R === 'R6' ? 'F0' : 'X0');
        break;
      case 'X0':
        clearDrv('X1');
        break;
      case 'X1':
        dropDl(i, 'Q0');
        break;
      case 'F0':
        clearBoth('F1');
        break;
      case 'F1':
        takeGm('F2');
        break;
      case 'F2':
        deviceRelease('F3');
        break;
      case 'F3':
        dropGm(repaired ? 'X1' : 'X0');
        break;
      case 'Q0':
        takeDl(i, 'Q1');
        break;
      case 'Q1':
        step(before.drv[i] === 0 ? 'Q9' : 'Q2');
        break;
      case 'Q2':
        step('Q3');
        break;
      case 'Q3':
        if (repaired) clearBoth('Q4');
        else takeGm('Q4');
        break;
      case 'Q4':
        if (repaired) takeGm('Q5');
        else deviceRelease('Q5');
        break;
      case 'Q5':
        if (repaired) deviceRelease("Q5'");
        else dropGm('Q6');
        break;
      case "Q5'":
        dropGm('Q9');
        break;
      case 'Q6':
        clearDrv('Q9');
        break;
      case 'Q9':
        step('end', (s, assert) => {
          s.dl[i] = 0;
          finish(s, assert);
        });
        break;
      case 'C0':
        takeGm(R === 'R3' ? 'C2' : R === 'R4' ? 'CX' : 'C1');
        break;
      case 'CX':
        step(k === 0 ? 'CL' : 'C1');
        break;
      case 'CL':
        takeDl(0, 'CU');
        break;
      case 'CU':
        dropDl(0, 'C1');
        break;
      case 'C1': {
        const free = counter ? before.cnt === 0 : before.owner === 0;
        step(!free ? 'CB' : R === 'R3' ? 'C0' : 'C2');
        break;
      }
      case 'C2':
        step('C3', (s, assert) => {
          s.owner = 2 + k;
          if (counter) s.cnt += 1;
          s.usr[k] = 1;
          assert(total(s.dma) === 0 && total(s.usr) === 1);
        });
        break;
      case 'C3':
        dropConsistent('C4');
        break;
      case 'C4':
        step('C5');
        break;
      case 'C5':
        takeGm('C6');
        break;
      case 'C6':
        step('C7', (s, assert) => {
          const owned = counter ? s.cnt !== 0 && s.owner !== 0 : s.owner >= 2;
          assert(owned);
          if (owned) {
            s.owner = 0;
            s.cnt = 0;
          }
          s.usr[k] = 0;
        });
        break;
      case 'C7':
        step('end', (s, assert) => {
          s.gm = 0;
          assert(consistent(s));
          finish(s, assert);
        });
        break;
      case 'CB':
        step('end', (s, assert) => {
          if (R !== 'R3') {
            s.gm = 0;
            assert(consistent(s));
          }
          finish(s, assert);
        });
        break;
      default:
    }
    return results;
  };

  const zeros = (length: number): number[] => Array.from({ length }, () => 0);
  const initial: State = {
    pc: [...zeros(N).map(() => 'P0'), ...zeros(C).map(() => (R === 'R3' ? 'C1' : 'C0'))],
    dl: zeros(N),
    drv: zeros(N),
    gm: 0,
    owner: 0,
    cnt: 0,
    dma: zeros(N),
    usr: zeros(C),
    done: 0,
    tr: zeros(N),
  };
  const counts: Counts = { states: 0, transitions: 0, failing: 0, deadlocks: 0, nearest: 0 };
  const seen = new Set([JSON.stringify(initial)]);
  let level = [initial];
  for (let depth = 0; level.length > 0; depth += 1) {
    const next: State[] = [];
    for (const state of level) {
      const results = state.pc.flatMap((_, t) => stepsOf(state, t));
      const stands = results.length === 0 && state.done < N + C;
      if (stands) counts.deadlocks += 1;
      if (stands && counts.nearest === 0) counts.nearest = depth;
      for (const { after, failed } of results) {
        counts.transitions += 1;
        if (failed) counts.failing += 1;
        if (failed && counts.nearest === 0) counts.nearest = depth + 1;
        const key = JSON.stringify(after);
        if (seen.has(key)) continue;
        seen.add(key);
        next.push(after);
      }
    }
    level = next;
  }
  counts.states = seen.size;
  return counts;
};
