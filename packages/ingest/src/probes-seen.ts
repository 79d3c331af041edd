import { type ArgumentName, type At, argumentNames, type MeaningName, type ProbeRow } from './mapping/row.ts';
import type { ProbeFields } from './syntax/probe-fields.ts';

/** A probe that printed lines with a meaning. */
export interface ProbeSeen {
  /** The trace event's name. */
  readonly name: string;
  readonly on: string;
  readonly at: At;
  readonly means: MeaningName;
  readonly as?: string;
  readonly count: number;
  /** The arguments that it printed, by the names that rows know. */
  readonly arguments: readonly ArgumentName[];
}

/** A value can be missing in one line (a string that could not be read); some lines show all that a probe prints. */
const linesLookedAt = 16;

/** Counts the probes of a trace, and what they print. */
export const probesSeen = () => {
  const probes = new Map<string, { readonly row: ProbeRow; count: number; readonly found: Set<ArgumentName> }>();
  return {
    add: (name: string, row: ProbeRow, fields: ProbeFields): void => {
      let probe = probes.get(name);
      if (probe === undefined) {
        probe = { row, count: 0, found: new Set() };
        probes.set(name, probe);
      }
      probe.count += 1;
      if (probe.count > linesLookedAt) return;
      for (const argument of argumentNames) if (fields.has(argument)) probe.found.add(argument);
    },
    list: (): readonly ProbeSeen[] =>
      [...probes].map(
        ([
          name,
          {
            row: { on, at, means, as },
            count,
            found,
          },
        ]) => ({
          name,
          on,
          at,
          means,
          ...(as !== undefined && { as }),
          count,
          arguments: [...found],
        }),
      ),
  };
};
