import { clamp, matcher } from '@custody/replay';
import { objectOf, type TraceEvent } from '@custody/trace';
import { findReadable, lookedAt } from '../find-run.ts';
import { printEvent } from '../print-event.ts';
import { type Register, run, wholeNumber } from '../register.ts';

interface ShowOptions {
  readonly from?: number;
  readonly to?: number;
  readonly grep?: string;
  readonly task?: string;
  readonly object?: string;
}

/** `--object 6` is group 6 and its mutex; `03:02.0`, `0000:03:02.0` and `device:0000:03:02.0` are that device. */
const isAbout = (event: TraceEvent, object: string): boolean => {
  const about = objectOf(event);
  if (about === null) return false;
  return about === object || about.endsWith(`:${object}`);
};

export const registerShow: Register = (program) => {
  program
    .command('show')
    .argument('<run>', 'an id, a title, the beginning of one, or a file')
    .description('print events, one a line, in the shape of trace-cmd report')
    .option('--from <position>', 'events after this position', wholeNumber)
    .option('--to <position>', 'events up to this position', wholeNumber)
    .option('--grep <regex>', 'only lines that match; capitals do not matter')
    .option('--task <task>', 'only this task')
    .option('--object <object>', 'only events about this group, device or lock, e.g. 6, group:6, 0000:03:01.0')
    .action(
      run(async ({ print, desk }, { from, to, grep, task, object }: ShowOptions, reference: string) => {
        const found = await desk((workbench) => findReadable(workbench, reference, print));
        const { header, timeline, replayer } = found;
        const matches = grep === undefined ? () => true : matcher(grep);
        let shown = 0;
        const end: number = clamp(to ?? replayer.end, replayer.end);
        for (let index: number = clamp(from ?? 0, replayer.end); index < end; index += 1) {
          const event = timeline.at(index);
          if (task !== undefined && event.task !== task) continue;
          if (object !== undefined && !isAbout(event, object)) continue;
          if (!matches(event)) continue;
          shown += 1;
          printEvent(print, event, index + 1);
        }
        if (shown === 0) print.complain(`no event of ${header.title} matches`);
        return lookedAt(found);
      }),
    );
};
