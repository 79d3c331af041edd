/** What one thread of a scenario does; times in nanoseconds. */
export type Action =
  | { readonly verb: 'bind'; readonly device: string; readonly driver: string }
  | { readonly verb: 'unbind' | 'release'; readonly device: string }
  /** `driver` null takes the override back. */
  | { readonly verb: 'override'; readonly device: string; readonly driver: string | null }
  /** VFIO claims the device's group, and opens the device too if asked. */
  | { readonly verb: 'claim'; readonly device: string; readonly opens: boolean }
  | { readonly verb: 'type'; readonly device: string; readonly type: string }
  | { readonly verb: 'sleep'; readonly least: number; readonly most: number }
  | { readonly verb: 'barrier'; readonly name: string }
  | { readonly verb: 'step'; readonly text: string }
  /** `count` null goes on until the run's time is up. */
  | { readonly verb: 'repeat'; readonly count: number | null }
  | { readonly verb: 'end' };

/** A name and what is done under it, in order. */
export interface Thread {
  readonly name: string;
  readonly actions: readonly Action[];
}

/** Calls of user space on a guest's devices: what happens before, side by side, and after. */
export interface Scenario {
  readonly name: string;
  /** KB of ring for each CPU; null takes the run's. */
  readonly buffer: number | null;
  /** The trace is read with a pause of so many nanoseconds after each reading; null for at once. */
  readonly reader: number | null;
  readonly prepare: readonly Action[];
  readonly threads: readonly Thread[];
  readonly finish: readonly Action[];
}

const line = (action: Action): string => {
  switch (action.verb) {
    case 'bind':
      return `bind ${action.device} ${action.driver}`;
    case 'override':
      return `override ${action.device}${action.driver === null ? '' : ` ${action.driver}`}`;
    case 'claim':
      return `claim ${action.device}${action.opens ? ' device' : ''}`;
    case 'type':
      return `type ${action.device} ${action.type}`;
    case 'sleep':
      return `sleep ${action.least} ${action.most}`;
    case 'barrier':
      return `barrier ${action.name}`;
    case 'step':
      return `step ${action.text}`;
    case 'repeat':
      return `repeat ${action.count ?? 0}`;
    case 'end':
      return 'end';
    default:
      return `${action.verb} ${action.device}`;
  }
};

/** As the guest reads it from /etc/custody/scenario: every word spelled out, nothing left to check. */
export const scenarioFile = ({ name, buffer, reader, prepare, threads, finish }: Scenario): string =>
  [
    `scenario ${name}`,
    ...(buffer === null ? [] : [`buffer ${buffer}`]),
    ...(reader === null ? [] : [`reader ${reader}`]),
    'prepare',
    ...prepare.map(line),
    ...threads.flatMap((thread) => [`thread ${thread.name}`, ...thread.actions.map(line)]),
    'finish',
    ...finish.map(line),
    '',
  ].join('\n');
