import { readContainer } from './container.ts';
import { fixture, nodeTools } from './trace-cmd.testing.ts';
import { littleMachine, pageSize, type Recording } from './trace-dat.testing.ts';

const pagesOf = (block: Uint8Array): Uint8Array[] =>
  Array.from({ length: block.length / pageSize }, (_, page) => block.slice(page * pageSize, (page + 1) * pageSize));

/** The kept recording with what it needs of its formats only, so that damage meets what is read. */
export const smallRecording = (): Recording => {
  const { formats, commandLines, buffers } = readContainer(fixture(), nodeTools);
  const used = formats.filter(({ system }) => system === 'own' || system === 'sched');
  const pages = buffers.flatMap(({ name, cpus }) => {
    const whole = cpus.map(({ blocks }) =>
      blocks()
        .flatMap(({ bytes }) => pagesOf(bytes))
        .toArray(),
    );
    return whole.length > 0 ? [{ name: name ?? '', cpus: whole }] : [];
  });
  const kallsyms = 'ffffffff81000000 T _text\nffffffff81000100 t really_probe\n';
  return { machine: littleMachine, formats: used, commandLines, kallsyms, buffers: pages };
};
