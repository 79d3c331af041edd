import { readFile } from 'node:fs/promises';
import {
  builtInScenario,
  builtInScenarios,
  defaultTopology,
  type Kernel,
  makeImage,
  newScratch,
  type OpenGuest,
  openGuest,
  parseTopologyText,
} from '@custody/guest';
import { RequestError } from '@custody/workbench';
import { cacheFolder } from './guest-kernels.ts';
import type { Printer } from './print.ts';
import { type MachineOptions, machineOf } from './record-options.ts';

/** A guest that waits for its scenario, and what it was made of. */
export interface StartedGuest {
  readonly guest: OpenGuest;
  /** The lines of its topology file. */
  readonly topology: string;
  /** Aborted by Ctrl-C. */
  readonly stop: AbortSignal;
}

const textOf = (path: string, what: string): Promise<string> =>
  readFile(path, 'utf8').catch((cause: Error) => {
    throw new RequestError(`Cannot read the ${what} "${path}": ${cause.message}`, { cause });
  });

/** A scenario that comes with Custody, or the text of a file. @throws RequestError when it is neither. */
const scenarioText = async (word: string): Promise<string> => {
  const text = builtInScenario(word);
  if (text !== undefined) return text;
  return readFile(word, 'utf8').catch((cause: NodeJS.ErrnoException) => {
    const why = cause.code === 'ENOENT' ? 'no such scenario and no such file' : cause.message;
    throw new RequestError(
      `Cannot record "${word}": ${why}; there are ${builtInScenarios.map(({ id }) => id).join(', ')}`,
    );
  });
};

/**
 * Has a guest for as long as `use` takes; Ctrl-C ends it.
 *
 * @throws GuestError, RequestError when it cannot be had.
 */
export const withGuest = async <Result>(
  print: Printer,
  asked: { readonly kernel: Kernel; readonly scenario: string; readonly options: MachineOptions },
  use: (started: StartedGuest) => Promise<Result>,
): Promise<Result> => {
  const { kernel, scenario, options } = asked;
  const stop = new AbortController();
  const interrupt = () => stop.abort();
  process.once('SIGINT', interrupt).once('SIGTERM', interrupt);
  try {
    const cache = cacheFolder(options);
    const topology =
      options.topology === undefined
        ? { file: 'default', text: defaultTopology }
        : { file: options.topology, text: await textOf(options.topology, 'topology') };
    await using scratch = await newScratch();
    const say = (text: string): void => print.progress(`${kernel.name}: ${text}`);
    const image = await makeImage({
      kernel,
      scenario: await scenarioText(scenario),
      groups: parseTopologyText(topology.text, topology.file),
      bufferKb: options.buffer,
      clock: options.clock,
      compiler: options.cc,
      cache,
      scratch: scratch.folder,
    });
    for (const { module, why } of image.missing) say(`without the module ${module}: ${why}`);
    say('booting');
    await using guest = await openGuest(
      {
        kernel,
        topology,
        image: image.path,
        tscKilohertz: image.tscKilohertz,
        machine: machineOf(options),
        cache,
        scratch: scratch.folder,
      },
      { say, signal: stop.signal },
    );
    return await use({ guest, topology: topology.text, stop: stop.signal });
  } finally {
    process.removeListener('SIGINT', interrupt).removeListener('SIGTERM', interrupt);
  }
};
