import { Command } from 'commander';
import { registerAnnotations } from './annotations-command.ts';
import { registerConform } from './conform-command.ts';
import { registerDiff } from './diff-command.ts';
import { registerExplore } from './explore-command.ts';
import { registerImport } from './import-command.ts';
import { registerLog } from './log-command.ts';
import { registerTui } from './tui-command.ts';

const program = new Command('bench').description('what Custody takes, measured; see tools/bench/README.md');
registerAnnotations(program);
registerConform(program);
registerDiff(program);
registerExplore(program);
registerLog(program);
registerImport(program);
registerTui(program);

try {
  await program.parseAsync();
} catch (error) {
  process.stderr.write(`bench: ${(error as Error).message}\n`);
  process.exitCode = 2;
}
