import type { Action, Scenario, Thread } from './scenario.ts';

/** Thrown for a scenario that cannot be played; the message says where it is wrong, and what would be right. */
export class ScenarioError extends Error {
  override readonly name = 'ScenarioError';
}

/** A word of the language with what follows it, for messages. */
const usage = {
  bind: 'bind DEVICE DRIVER',
  unbind: 'unbind DEVICE',
  override: 'override DEVICE [DRIVER]',
  claim: 'claim DEVICE [device]',
  release: 'release DEVICE',
  type: 'type DEVICE TYPE',
  sleep: 'sleep TIME or LEAST..MOST, such as 3ms or 0..500us',
  barrier: 'barrier NAME',
  step: 'step TEXT',
  repeat: 'repeat [COUNT]',
  end: 'end',
} as const;

const nanos = { us: 1e3, ms: 1e6, s: 1e9 } as const;
const limits = { threads: 16, loops: 8, barriers: 15, text: 120, sleep: 60e9 } as const;
const name = /^[A-Za-z][\w-]{0,14}$/;
/** A driver's or a type's name, as sysfs has them. */
const word = /^[\w.+-]{1,60}$/;

type Wrong = (why: string) => ScenarioError;

const duration = (text: string, wrong: Wrong): Pick<Action & { verb: 'sleep' }, 'least' | 'most'> => {
  const [, low = '', high = low, unit = ''] = /^(\d+)(?:\.\.(\d+))?(us|ms|s)$/.exec(text) ?? [];
  if (unit === '') throw wrong(`"${text}" is no time; write one such as 3ms or 0..500us`);
  const [least, most] = [low, high].map((number) => Number(number) * nanos[unit as keyof typeof nanos]) as [
    number,
    number,
  ];
  if (most < least) throw wrong(`"${text}" ends before it begins; write the smaller number first`);
  if (most > limits.sleep) throw wrong(`"${text}" is longer than 60s; sleep for less`);
  return { least, most };
};

const action = (line: string, devices: readonly string[], wrong: Wrong): Action => {
  const [verb = '', first, second, ...more] = line.split(/\s+/);
  const form = Object.hasOwn(usage, verb) ? usage[verb as keyof typeof usage] : undefined;
  if (form === undefined)
    throw wrong(
      `"${verb}" is no word of a scenario; known are ${Object.keys(usage).join(', ')}, prepare, thread, finish`,
    );
  if (verb === 'step') {
    const text = line.slice('step'.length).trim();
    if (text === '' || text.length > limits.text) throw wrong(`a step has a text of 1 to ${limits.text} characters`);
    return { verb, text };
  }
  if (more.length > 0) throw wrong(`there is more than "${form}" takes: ${more.join(' ')}`);
  const device = (): string => {
    if (first === undefined) throw wrong(`a device is missing; write ${form}`);
    if (!devices.includes(first)) throw wrong(`there is no device "${first}"; the topology has ${devices.join(', ')}`);
    return first;
  };
  const needed = (what: string | undefined): string => {
    if (what === undefined || !word.test(what)) throw wrong(`"${what ?? ''}" does not fit; write ${form}`);
    return what;
  };
  const nothingElse = (): void => {
    if (second !== undefined) throw wrong(`there is more than "${form}" takes: ${second}`);
  };
  switch (verb as Exclude<keyof typeof usage, 'step'>) {
    case 'bind':
      return { verb: 'bind', device: device(), driver: needed(second) };
    case 'override':
      return { verb: 'override', device: device(), driver: second === undefined ? null : needed(second) };
    case 'type':
      return { verb: 'type', device: device(), type: needed(second) };
    case 'claim':
      if (second !== undefined && second !== 'device') throw wrong(`"${second}" does not fit; write ${form}`);
      return { verb: 'claim', device: device(), opens: second === 'device' };
    case 'unbind':
    case 'release':
      nothingElse();
      return { verb: verb as 'unbind' | 'release', device: device() };
    case 'sleep':
      nothingElse();
      return { verb: 'sleep', ...duration(first ?? '', wrong) };
    case 'barrier':
      nothingElse();
      if (!name.test(first ?? '')) throw wrong(`"${first ?? ''}" is no name; write ${form}`);
      return { verb: 'barrier', name: first as string };
    case 'repeat':
      nothingElse();
      if (first !== undefined && !/^[1-9]\d{0,6}$/.test(first)) throw wrong(`"${first}" is no count; write ${form}`);
      return { verb: 'repeat', count: first === undefined ? null : Number(first) };
    case 'end':
      if (first !== undefined) throw wrong(`there is more than "end" takes: ${first}`);
      return { verb: 'end' };
  }
};

/** A part of a scenario while it is read. */
interface Part {
  readonly kind: 'prepare' | 'thread' | 'finish';
  readonly name: string;
  readonly at: number;
  readonly actions: Action[];
  readonly lines: number[];
}

const isCall = ({ verb }: Action): boolean => verb !== 'repeat' && verb !== 'end';

/** Loops are closed, do something, and stop; what is released was claimed. */
const checkPart = ({ kind, actions, lines }: Part, wrongAt: (line: number) => Wrong): void => {
  const open: number[] = [];
  const claimed = new Set<string>();
  for (const [index, one] of actions.entries()) {
    const wrong = wrongAt(lines[index] as number);
    if (one.verb === 'repeat') open.push(index);
    if (open.length > limits.loops) throw wrong(`loops are ${limits.loops} deep at most`);
    if (one.verb === 'repeat' && one.count === null && kind !== 'thread')
      throw wrong(`outside a thread a loop needs a count; write ${usage.repeat}`);
    if (one.verb === 'barrier' && kind !== 'thread') throw wrong('only threads have somebody to wait for');
    if (one.verb === 'claim') claimed.add(one.device);
    if (one.verb === 'release' && !claimed.has(one.device))
      throw wrong(`nothing of "${one.device}" was claimed here; write claim ${one.device} before it`);
    if (one.verb !== 'end') continue;
    const start = open.pop();
    if (start === undefined) throw wrong('there is no loop to end here; write repeat before it');
    if (!actions.slice(start, index).some(isCall)) throw wrong('this loop does nothing; it would only burn time');
  }
  const unclosed = open.at(-1);
  if (unclosed !== undefined) throw wrongAt(lines[unclosed] as number)('this loop has no end; write end behind it');
};

const checkThreads = (threads: readonly Part[], wrongAt: (line: number) => Wrong): void => {
  const waiting = new Map<string, number>();
  for (const { actions } of threads)
    for (const met of new Set(actions.flatMap((one) => (one.verb === 'barrier' ? [one.name] : []))))
      waiting.set(met, (waiting.get(met) ?? 0) + 1);
  for (const { actions, lines } of threads)
    for (const [index, one] of actions.entries())
      if (one.verb === 'barrier' && waiting.get(one.name) === 1)
        throw wrongAt(lines[index] as number)(`no other thread comes to the barrier "${one.name}"`);
  if (waiting.size > limits.barriers)
    throw new ScenarioError(`Cannot use the scenario: it has more than ${limits.barriers} barriers`);
};

const headOf = (line: string): readonly [string, string] | null => {
  const [, head, rest = ''] = /^(scenario|buffer|reader|prepare|thread|finish)\b\s*(.*)$/.exec(line) ?? [];
  return head === undefined ? null : [head, rest];
};

const number = (text: string, wrong: Wrong): number => {
  if (!/^[1-9]\d{0,6}$/.test(text)) throw wrong(`"${text}" is no size; write buffer KILOBYTES`);
  return Number(text);
};

/**
 * @param text - lines of a scenario; `#` begins a remark. docs/guest.md tells the language.
 * @param devices - the names that the topology gives its devices.
 * @throws ScenarioError
 */
export const parseScenario = (text: string, devices: readonly string[]): Scenario => {
  const wrongAt =
    (line: number): Wrong =>
    (why) =>
      new ScenarioError(`Cannot use the scenario, line ${line}: ${why}`);
  const parts: Part[] = [];
  let title = 'own';
  let buffer: number | null = null;
  let reader: number | null = null;
  const begin = (kind: Part['kind'], called: string, at: number): void => {
    const wrong = wrongAt(at);
    if (kind === 'thread' ? !name.test(called) : called !== '')
      throw wrong(kind === 'thread' ? `"${called}" is no name of a thread; write thread NAME` : `${kind} stands alone`);
    if (parts.some((part) => part.kind === kind && part.name === called))
      throw wrong(`there is another ${kind} ${called}`.trimEnd());
    parts.push({ kind, name: called, at, actions: [], lines: [] });
  };
  for (const [index, raw] of text.split(/\r?\n/).entries()) {
    const line = raw.replace(/(^|\s)#.*$/, '').trim();
    if (line === '') continue;
    const at = index + 1;
    const wrong = wrongAt(at);
    const head = headOf(line);
    if (head?.[0] === 'scenario') {
      if (!name.test(head[1])) throw wrong(`"${head[1]}" is no name; write scenario NAME`);
      title = head[1];
    } else if (head?.[0] === 'buffer') buffer = number(head[1], wrong);
    else if (head?.[0] === 'reader') reader = duration(head[1], wrong).most;
    else if (head !== null) begin(head[0] as Part['kind'], head[1], at);
    else {
      const part = parts.at(-1);
      if (part === undefined) throw wrong('it is in no thread; write thread NAME before it');
      part.actions.push(action(line, devices, wrong));
      part.lines.push(at);
    }
  }
  const threads = parts.filter(({ kind }) => kind === 'thread');
  if (threads.length === 0 || threads.length > limits.threads)
    throw new ScenarioError(`Cannot use the scenario: it has ${threads.length} threads; write 1 to ${limits.threads}`);
  for (const part of parts) checkPart(part, wrongAt);
  checkThreads(threads, wrongAt);
  const actionsOf = (kind: Part['kind']): readonly Action[] => parts.find((part) => part.kind === kind)?.actions ?? [];
  return {
    name: title,
    buffer,
    reader,
    prepare: actionsOf('prepare'),
    threads: threads.map(({ name: called, actions }): Thread => ({ name: called, actions })),
    finish: actionsOf('finish'),
  };
};
