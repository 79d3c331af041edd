import { compactStore } from '@custody/log-sqlite';
import { RequestError } from '@custody/workbench';
import { exit, many } from '../print.ts';
import { type Register, run } from '../register.ts';
import { isUrl } from '../store.ts';

/** 1048576 → 1.0 MiB. */
const size = (bytes: number): string =>
  bytes < 1_048_576 ? `${(bytes / 1024).toFixed(0)} KiB` : `${(bytes / 1_048_576).toFixed(1)} MiB`;

export const registerCompact: Register = (program) => {
  program
    .command('compact')
    .description('give the space of deleted runs back to the disk; needs as much room again while it works')
    .action(
      run(async ({ print, store, look }) => {
        if (isUrl(store)) {
          throw new RequestError(`Cannot compact ${store} as it is no file; give --store FILE`);
        }
        await look((workbench) => workbench.sweep());
        const { before, after, packed } = await compactStore(store);
        const said = packed === 0 ? '' : `; ${many(packed, 'stream')} packed tighter`;
        return print.answer({
          json: { store, before, after, packed },
          text: [`${store}: ${size(before)} before, ${size(after)} after${said}`],
          code: exit.yes,
        });
      }),
    );
};
