import { readFileSync } from 'node:fs';
import type { Invitation } from '@custody/sync';
import type { Happening, JoinOptions as JoinedLine, Presence } from '@custody/sync/client';
import type { Outside } from '@custody/tui';
import { notesStream, RequestError, type Run } from '@custody/workbench';
import { runOrFetch } from '../fetch-run.ts';
import { togetherOn } from '../joined-screen.ts';
import { happeningLines, type Places, placesIn, presenceLines } from '../joined-text.ts';
import { hasTerminal, openScreen, replayOf } from '../open-screen.ts';
import { outsideOf } from '../outside.ts';
import { type ExitCode, exit, many, type Printer } from '../print.ts';
import { type Register, run, wholeNumber } from '../register.ts';
import { serverUrl } from '../server-address.ts';

interface JoinOptions {
  readonly token?: string;
  readonly tokenFile?: string;
  readonly at?: number;
  readonly once?: boolean;
  readonly screen?: boolean;
}

/** How long `--once` waits for a server that does not answer. */
const patience = 5000;

const tokenFrom = ({ token, tokenFile }: JoinOptions): string => {
  const given = token ?? (tokenFile === undefined ? process.env['CUSTODY_TOKEN'] : fileText(tokenFile));
  if (given !== undefined && given.trim() !== '') return given.trim();
  throw new RequestError(
    'Cannot join without a token; set $CUSTODY_TOKEN, or give --token-file FILE; who serves the run makes one: custody invite',
  );
};

const claimsOf = async (token: string): Promise<Invitation> => {
  const { claimedIn } = await import('@custody/sync/client');
  try {
    return claimedIn(token);
  } catch (cause) {
    const why = (cause as Error).message;
    throw new RequestError(`Cannot join with this token: ${why}; ask for a new one: custody invite`, { cause });
  }
};

const fileText = (path: string): string => {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new RequestError(`Cannot read the token in "${path}": ${(error as Error).message}`);
  }
};

/** Tells what happens as it does, a line each, and counts what was kept back. */
const teller = (print: Printer, places: () => Promise<Places>) => {
  let people: readonly Presence[] = [];
  let keptBack = 0;
  let isConnected = false;
  let told: Promise<void> = Promise.resolve();

  const tell = async (happening: Happening): Promise<void> => {
    if (happening.what !== 'present') {
      const known = happening.what === 'changed' ? await places() : new Map();
      for (const line of happeningLines(happening, known)) print.item(happening, line);
      return;
    }
    for (const line of presenceLines(people, happening.people)) print.item(happening, line);
    people = happening.people;
  };

  return {
    /** Resolves once all that happened is told. */
    told: () => told,
    keptBack: () => keptBack,
    isConnected: () => isConnected,
    happened: (happening: Happening): void => {
      if (happening.what === 'kept back') keptBack += 1;
      if (happening.what === 'connected') isConnected = true;
      if (print.options.json) print.item(happening, '');
      else told = told.then(() => tell(happening));
    },
  };
};

const interrupted = (): Promise<'interrupted'> =>
  new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve('interrupted'));
  });

export const registerJoin: Register = (program) => {
  program
    .command('join')
    .argument('<url>', 'where custody serve listens', serverUrl)
    .argument('[run]', 'the run that the token must be for')
    .description('write on a run together with others, until interrupted; what is offline comes along')
    .option('--token <token>', 'from custody invite; seen by others on this machine (better: $CUSTODY_TOKEN)')
    .option('--token-file <file>', 'a file that holds it')
    .option('--at <position>', 'show the others that one is here', wholeNumber)
    .option('--once', 'bring both sides to the same and leave')
    .option('--screen', 'walk through the run in the terminal, and see there what the others write and where they look')
    .addHelpText(
      'after',
      '\nA run that is not in the store here is fetched first. Write from another terminal: custody note add RUN …' +
        '\nWith --json, a line of JSON for each thing that happens.',
    )
    .action(
      run(async ({ print, desk, address }, options: JoinOptions, url: string, reference: string | undefined) =>
        desk(async (workbench, log) => {
          const { joinRun } = await import('@custody/sync/client');
          const token = tokenFrom(options);
          const { run: name } = await claimsOf(token);
          const found = await runOrFetch(workbench, print, { url, token, name });
          const { header, life } = found;
          if (reference !== undefined) {
            const wanted = await workbench.open(reference);
            if (wanted.header.run !== header.run) {
              throw new RequestError(
                `Cannot join ${wanted.header.title} with this token as it is for ${header.title} (${header.run})`,
              );
            }
          }
          const { end: last } = found.replayer;
          if (options.at !== undefined && options.at > last) {
            throw new RequestError(`Cannot be at ${options.at} as ${header.title} ends at ${last}; give 0 to ${last}`);
          }
          print.progress(`${header.title} (${header.run}) at ${url}`);
          const tell = teller(print, async () => placesIn(await workbench.notes(found)));
          const stream = notesStream({ run: header.run, life });
          if (options.screen) {
            const outside = outsideOf(workbench, program, address);
            const reason = await screenTogether({ url, token, log, stream }, found, outside, options.at);
            return outcome(print, url, reason, 0);
          }
          const joined = await joinRun({ url, token, log, stream, happened: tell.happened });
          if (options.at !== undefined) joined.show({ at: options.at });
          const settled = options.once ? joined.settled().then(() => 'settled' as const) : new Promise<never>(() => {});
          const lost = new Promise<'lost'>((resolve) => {
            if (!options.once) return;
            setTimeout(() => {
              if (!tell.isConnected()) resolve('lost');
            }, patience).unref();
          });
          const end = await Promise.race([joined.ended, settled, lost, interrupted()]);
          await joined.leave();
          await tell.told();
          const reason = end === 'settled' ? await Promise.race([joined.ended, null]) : end;
          return outcome(print, url, reason, tell.keptBack());
        }),
      ),
    );
};

/** The run on the screen, for as long as it is looked at. @returns why the server ended it, if it did. */
const screenTogether = async (
  line: Pick<JoinedLine, 'url' | 'token' | 'log' | 'stream'>,
  found: Run,
  outside: Outside,
  at = 0,
): Promise<string | null> => {
  if (!hasTerminal()) throw new RequestError('Cannot show the run without a terminal; leave --screen out');
  const { joinRun } = await import('@custody/sync/client');
  const together = togetherOn(found);
  const under = await joinRun({ ...line, happened: together.happened });
  const { run: id } = found.header;
  const joined = together.joined((position) => under.show({ at: position }));
  const { name } = await claimsOf(line.token);
  await openScreen((seen) => replayOf(seen, id, at), {
    ...outside,
    author: () => name,
    joined: (run) => (run === id ? joined : null),
  });
  const reason = await Promise.race([under.ended, null]);
  await under.leave();
  return reason;
};

const outcome = (print: Printer, url: string, reason: string | null, keptBack: number): ExitCode => {
  if (reason === 'lost') {
    print.complain(`Cannot reach ${url} within ${patience / 1000} s; is custody serve running there?`);
    return exit.trouble;
  }
  if (reason !== null && reason !== 'interrupted') {
    print.complain(`The server ended it: ${reason}; your notes are in your own store`);
    return exit.trouble;
  }
  if (keptBack === 0) return exit.yes;
  print.complain(`${many(keptBack, 'change')} in the store here could not be sent; see above`);
  return exit.no;
};
