import { Command, CommanderError } from 'commander';
import packageFile from '../package.json' with { type: 'json' };
import { registerCases } from './commands/cases.ts';
import { registerCompact } from './commands/compact.ts';
import { registerConform } from './commands/conform.ts';
import { registerCopy } from './commands/copy.ts';
import { registerDelete } from './commands/delete.ts';
import { registerDiff } from './commands/diff.ts';
import { registerDoctor } from './commands/doctor.ts';
import { registerExplore } from './commands/explore.ts';
import { registerExport } from './commands/export.ts';
import { registerGuest } from './commands/guest.ts';
import { registerImport } from './commands/import.ts';
import { registerInvite } from './commands/invite.ts';
import { registerJoin } from './commands/join.ts';
import { registerNote } from './commands/note.ts';
import { registerRecord } from './commands/record.ts';
import { registerReplay } from './commands/replay.ts';
import { registerRuns } from './commands/runs.ts';
import { registerScenarios } from './commands/scenarios.ts';
import { registerServe } from './commands/serve.ts';
import { registerShow } from './commands/show.ts';
import { registerSimulate } from './commands/simulate.ts';
import { registerState } from './commands/state.ts';
import { registerTour } from './commands/tour.ts';
import { registerVariants } from './commands/variants.ts';
import { exit, harmlessText } from './print.ts';
import { problemOf } from './trouble.ts';

const commands = [
  registerTour,
  registerImport,
  registerRecord,
  registerGuest,
  registerRuns,
  registerShow,
  registerState,
  registerReplay,
  registerVariants,
  registerScenarios,
  registerSimulate,
  registerExplore,
  registerCases,
  registerExport,
  registerCopy,
  registerDiff,
  registerConform,
  registerNote,
  registerServe,
  registerInvite,
  registerJoin,
  registerDelete,
  registerCompact,
  registerDoctor,
];

const { version } = packageFile;

const programOf = (): Command => {
  const program = new Command('custody')
    .description("who owns a device's DMA: record, replay, explore, compare, annotate")
    .option(
      '--store <file>',
      'where runs are kept: a file or kurrentdb:// (default: $CUSTODY_STORE, ~/.local/share/custody/custody.db)',
    )
    .option('--json', 'print one JSON document (a line per item where the help says so)')
    .option('--mail', 'print for a mail: 72 columns, ASCII, no colour')
    .option('--no-color', 'no colour; $NO_COLOR does the same')
    .option('--quiet', 'no progress on stderr')
    .addHelpText('after', '\nExit codes: 0 yes, same, holds · 1 no, differs, violated · 2 trouble · 3 inconclusive')
    .version(version, '--version')
    .configureHelp({ showGlobalOptions: true })
    .showHelpAfterError('(custody --help lists the commands)')
    .exitOverride();
  for (const register of commands) register(program);
  return program;
};

/** A reader that has seen enough (`| head`) is no trouble; a disk that is full is, and can be told on stderr only. */
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', ({ code, message }: NodeJS.ErrnoException) => {
    if (code === 'EPIPE') process.exit(process.exitCode ?? exit.yes);
    if (stream === process.stdout) process.stderr.write(`custody: Cannot write the answer to stdout: ${message}\n`);
    process.exit(exit.trouble);
  });
}

try {
  await programOf().parseAsync();
} catch (error) {
  if (error instanceof CommanderError) {
    process.exitCode = error.exitCode === 0 ? exit.yes : exit.trouble;
  } else {
    const bug = (): string => `this is a bug in custody, please report it: ${(error as Error)?.stack ?? error}`;
    process.stderr.write(`custody: ${harmlessText(problemOf(error) ?? bug())}\n`);
    process.exitCode = exit.trouble;
  }
}
