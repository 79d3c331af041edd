import { type Allowance, allowance } from './allowance.ts';
import type { Invitation } from './invitation.ts';
import type { Limits } from './limits.ts';

/** Somebody who was let in, on one connection. */
export interface Visitor extends Invitation {
  /** Hears of the events of the log as they are stored. */
  follows: boolean;
}

/** Who is in, by name: their connections, and what all of them together may still send. */
export interface Visitors {
  /** @returns false when this name has too many connections already. */
  readonly enter: (name: string) => boolean;
  readonly leave: (name: string) => void;
  readonly spend: (name: string, cost: number) => boolean;
}

export const visitorsOf = ({ connectionsPerName, burst, perSecond }: Limits, now: () => number): Visitors => {
  const connections = new Map<string, number>();
  const allowances = new Map<string, Allowance>();
  return {
    enter: (name) => {
      const count = connections.get(name) ?? 0;
      if (count >= connectionsPerName) return false;
      connections.set(name, count + 1);
      return true;
    },
    leave: (name) => {
      const count = (connections.get(name) ?? 0) - 1;
      if (count > 0) connections.set(name, count);
      else connections.delete(name);
    },
    spend: (name, cost) => {
      const left = allowances.get(name) ?? allowance({ most: burst, perSecond }, now());
      allowances.set(name, left);
      return left.spend(cost, now());
    },
  };
};
