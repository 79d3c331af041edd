import type { EventLog } from '@custody/log';
import type { Workbench } from '@custody/workbench';
import { type OutputOptions, type Printer, printer } from './print.ts';
import { defaultStore, openToLook, shownStore, withWorkbench } from './store.ts';

/** Global options, as commander gives them. */
interface GlobalOptions {
  readonly store?: string;
  readonly json?: boolean;
  readonly mail?: boolean;
  readonly quiet?: boolean;
  readonly color?: boolean;
}

/** What a command gets beside its own words. */
export interface Context {
  readonly print: Printer;
  /** Where runs are kept, without a secret. */
  readonly store: string;
  /** Where runs are kept, with whatever secret it takes: for a process of our own. */
  readonly address: string;
  /** Opens the store for as long as `use` takes; the log itself is for what is not a verb: serving and joining. */
  readonly desk: <Result>(use: (workbench: Workbench, log: EventLog) => Promise<Result>) => Promise<Result>;
  /** As `desk`, and makes no store where there is none. */
  readonly look: <Result>(use: (workbench: Workbench) => Promise<Result>) => Promise<Result>;
}

export const contextOf = (options: GlobalOptions): Context => {
  const store = options.store ?? defaultStore(process.env);
  const output: OutputOptions = {
    json: options.json ?? false,
    mail: options.mail ?? false,
    quiet: options.quiet ?? false,
  };
  const streams = {
    out: (text: string) => process.stdout.write(text),
    err: (text: string) => process.stderr.write(text),
  };
  return {
    print: printer(output, streams),
    store: shownStore(store),
    address: store,
    desk: (use) => withWorkbench(store, use),
    look: (use) => withWorkbench(store, use, openToLook),
  };
};
