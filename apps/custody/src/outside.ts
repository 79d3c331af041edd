import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import type { CommandOutput, Outside, Verb } from '@custody/tui';
import type { Workbench } from '@custody/workbench';
import type { Command } from 'commander';
import { authorOf } from './author.ts';

const wordOf = (argument: Command['registeredArguments'][number]): string => {
  const word = `${argument.name()}${argument.variadic ? '...' : ''}`;
  return argument.required ? `<${word}>` : `[${word}]`;
};

/** The verbs of a program; those of a command that has commands of its own go by both words. */
const verbsOf = (program: Command, before = ''): readonly Verb[] =>
  program.commands.flatMap((command): readonly Verb[] => {
    const name = `${before}${command.name()}`;
    if (command.commands.length > 0) return verbsOf(command, `${name} `);
    return [
      {
        name,
        words: command.registeredArguments.map(wordOf),
        does: command.description(),
        options: command.options.flatMap(({ long }) => (long === null || long === undefined ? [] : [long])),
      },
    ];
  });

/** What stands in the folder of a begun path and begins like it; folders end with a slash. */
const pathsFor = (begun: string): readonly string[] => {
  const folder = begun.slice(0, begun.lastIndexOf('/') + 1);
  try {
    return readdirSync(folder === '' ? '.' : folder, { withFileTypes: true })
      .map((entry) => `${folder}${entry.name}${entry.isDirectory() ? '/' : ''}`)
      .filter((path) => path.startsWith(begun))
      .sort();
  } catch {
    return [];
  }
};

/** This program once more, on the same store, with its output caught. */
const runCommand = (address: string, words: readonly string[], signal: AbortSignal): Promise<CommandOutput> =>
  new Promise((resolve, reject) => {
    const main = process.argv[1] ?? '';
    const env = { ...process.env, CUSTODY_STORE: address, NO_COLOR: '1' };
    const child = spawn(process.execPath, [main, ...words], { env, signal, stdio: ['ignore', 'pipe', 'pipe'] });
    let text = '';
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (more) => (text += more));
    child.on('error', reject);
    child.on('close', (code) => resolve({ text, code: code ?? 2 }));
  });

/** Opens `$VISUAL` or `$EDITOR` on the text, in a file that only this user can read. */
const editText = async (text: string): Promise<string | null> => {
  const editor = process.env['VISUAL'] || process.env['EDITOR'] || 'vi';
  const folder = mkdtempSync(join(tmpdir(), 'custody-note-'));
  const file = join(folder, 'NOTE.md');
  try {
    writeFileSync(file, text, { mode: 0o600 });
    // An editor may be given with arguments, as in `code --wait`.
    const { error, status } = spawnSync('sh', ['-c', `${editor} "$1"`, editor, file], { stdio: 'inherit' });
    if (error !== undefined) throw error;
    if (status !== 0) throw new Error(`"${editor}" ended with ${status}: set $EDITOR to an editor that is installed`);
    const written = readFileSync(file, 'utf8').trim();
    return written === '' ? null : written;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};

/** Stops this process and its group, as Ctrl-Z does, until someone continues it. */
const stopped = (): Promise<void> =>
  new Promise((resolve) => {
    process.once('SIGCONT', resolve);
    process.kill(0, 'SIGTSTP');
  });

/** What the screens may ask of the world. */
export const outsideOf = (desk: Workbench, program: Command, address: string): Outside => ({
  desk,
  now: () => performance.now(),
  pause: () => nextTurn(),
  sleep: (ms) => sleep(ms),
  author: () => authorOf(undefined),
  verbs: verbsOf(program),
  paths: pathsFor,
  command: (words, signal) => runCommand(address, words, signal),
  edit: editText,
  stop: stopped,
});
