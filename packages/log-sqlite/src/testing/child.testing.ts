import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const appender = fileURLToPath(new URL('./appender.testing.ts', import.meta.url));

/** An appender in a process of its own. */
export interface Child {
  /** Tells it what to do, and waits for the next line it says. */
  ask(what: string): Promise<string>;
  /** The next line it says. @throws Error with what it complained about when it ends instead. */
  hear(): Promise<string>;
  /** Lets it close its log and end. @returns its exit code. */
  finish(): Promise<number | null>;
  /** Ends it by SIGKILL. @returns every line that it had said and nobody had heard. */
  kill(): Promise<readonly string[]>;
}

/** Starts an appender, and waits until it has opened the store. */
export const startAppender = async (store: string, name: string, stream: string): Promise<Child> => {
  const process_ = spawn(process.execPath, [appender, store, name, stream], { stdio: 'pipe' });
  const child = childOf(process_);
  const first = await child.hear();
  if (first !== 'ready') throw new Error(`Cannot use the child as it said ${JSON.stringify(first)}, not "ready"`);
  return child;
};

const childOf = (process_: ChildProcess & { stdin: NodeJS.WritableStream; stdout: NodeJS.ReadableStream }): Child => {
  const complaints: string[] = [];
  process_.stderr?.on('data', (text) => complaints.push(String(text)));
  const closed = once(process_, 'close');
  const lines = createInterface({ input: process_.stdout })[Symbol.asyncIterator]();

  const hear = async () => {
    const { value, done } = await lines.next();
    if (done) throw new Error(`Cannot hear the child as it ended: ${complaints.join('')}`);
    return value;
  };
  return {
    hear,
    ask: (what) => {
      process_.stdin.write(`${what}\n`);
      return hear();
    },
    finish: async () => {
      process_.stdin.end();
      const [code] = await closed;
      if (complaints.length > 0) throw new Error(`Cannot accept that the child complained: ${complaints.join('')}`);
      return code as number | null;
    },
    kill: async () => {
      process_.kill('SIGKILL');
      const rest: string[] = [];
      for (let next = await lines.next(); !next.done; next = await lines.next()) rest.push(next.value);
      await closed;
      return rest;
    },
  };
};
