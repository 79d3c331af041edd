import { type Fact, nanos, type Stamp, type TraceEvent, taskId } from '@custody/trace';
import { factProblem } from './fact-fields.ts';

type Fields = Readonly<Record<string, unknown>>;

/** Strings are quoted as in JSON, so a line stays one line and a word one word, whatever is in it. */
const words = (fields: Fields): string =>
  Object.entries(fields)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name}=${JSON.stringify(value)}`)
    .join(' ');

const unknownComm = '<...>';
/** What can stand in the first column and be found there again. */
const plainComm = /^[!$-Z^-~]+(?: [!$-Z^-~]+)*$/;

/** The number behind the task's name: a tid, or the 1 of T1, since readers of traces expect one. */
const numberOf = (task: string): string => /(\d{1,10})$/.exec(task)?.[1] ?? '0';

/** What stands in the columns; a task that is no tid is shown where the comm would be. */
const columnsOf = ({ task, at, cpu, comm }: Stamp) => {
  const shown = comm ?? (/^\d+$/.test(task) ? unknownComm : task);
  return {
    comm: plainComm.test(shown) ? shown : unknownComm,
    number: numberOf(task),
    cpu: cpu !== undefined && cpu >= 0 ? cpu : 0,
    at: at < 0 ? 0 : at,
  };
};

type Columns = ReturnType<typeof columnsOf>;

/** A stamp in which null says that something is not known. */
interface Said {
  readonly task: string;
  readonly at: number;
  readonly cpu: number | null;
  readonly comm: string | null;
}

/** What a line says by itself of what is not in brackets; of a task that is named there, its columns are only for show. */
const saidByColumns = ({ comm, number, cpu, at }: Columns, isNamed: boolean): Said =>
  isNamed
    ? { task: number, at, cpu: null, comm: null }
    : { task: number, at, cpu, comm: comm === unknownComm ? null : comm };

/** What the columns do not say, or would say wrongly; null is what is not known. */
const besideColumns = (stamp: Said, columns: Columns): Fields => {
  const said = saidByColumns(columns, stamp.task !== columns.number);
  return Object.fromEntries(Object.entries(stamp).filter(([name, value]) => value !== said[name as keyof Said]));
};

const fractionDigits = 9;
const perSecond = 1e9;

const timeText = (at: number): string => {
  const fraction = at % perSecond;
  return `${String((at - fraction) / perSecond).padStart(5)}.${String(fraction).padStart(fractionDigits, '0')}`;
};

/** Nothing is known of them: neither a recording's probes nor a simulation tell. */
const flags = '.....';

/** Names of trace events begin so, those of facts with a capital: no fact of a newer version is taken for a kept line. */
const keptName = /^[a-z_][\w.-]*$/;
/** Brackets that are ours, where a probe's own brackets may stand as well. */
const besideShape = /^ \((?=(?:task|at|cpu|comm)=)/;
const oneLine = /^\P{C}*$/u;

/** A kept line is printed as its trace event was, where that can be read back. */
const isPlainKept = (event: TraceEvent): event is TraceEvent & { readonly type: 'LineKept' } =>
  event.type === 'LineKept' &&
  keptName.test(event.data.name) &&
  oneLine.test(event.data.text) &&
  !besideShape.test(` ${event.data.text}`);

/**
 * The event as a line without its newline: `comm-tid [cpu] flags seconds.nanoseconds: Fact: field=value …`, with what the
 * columns do not say in brackets before the fields. Its own `line` is left out.
 */
export const eventLine = (event: TraceEvent): string => {
  const columns = columnsOf(event);
  const { task, cpu: onCpu = null, comm: called = null } = event;
  const beside = words(besideColumns({ task, at: event.at, cpu: onCpu, comm: called }, columns));
  const { comm, number, cpu, at } = columns;
  const [name, fields] = isPlainKept(event) ? [event.data.name, event.data.text] : [event.type, words(event.data)];
  const said = [...(beside === '' ? [] : [`(${beside})`]), ...(fields === '' ? [] : [fields])];
  return (
    `${comm.padStart(16)}-${number.padEnd(7)} [${String(cpu).padStart(3, '0')}] ${flags} ${timeText(at)}: ` +
    [`${name}:`, ...said].join(' ')
  );
};

const lineShape = /^ *([^[]+)-(\d+) +\[(\d+)\] +\S+ +(\d+)\.(\d{9}): ([\w.-]+):(.*)$/s;
const wordShape = / *([A-Za-z_]\w*)=("(?:[^"\\]|\\.)*"|[^\s")]+)/y;

/** The words from a place on, and where they end. @throws SyntaxError when a value is not JSON. */
const wordsFrom = (text: string, from: number) => {
  const fields: Record<string, unknown> = {};
  let to = from;
  wordShape.lastIndex = from;
  for (let word = wordShape.exec(text); word; word = wordShape.exec(text)) {
    fields[word[1] ?? ''] = JSON.parse(word[2] ?? '');
    to = wordShape.lastIndex;
  }
  return { fields, to };
};

interface SaidFact {
  readonly beside: Fields;
  readonly type: string;
  readonly data: Fields;
}

/** @throws SyntaxError when it is not of the form `(field=value …) field=value …`. */
const saidIn = (name: string, text: string): SaidFact => {
  const bracket = besideShape.exec(text)?.[0];
  const beside = bracket === undefined ? { fields: {}, to: 0 } : wordsFrom(text, bracket.length);
  if (bracket !== undefined && text[beside.to] !== ')') throw new SyntaxError('a bracket does not close');
  const rest = text.slice(beside.to + (bracket === undefined ? 0 : 1));
  if (keptName.test(name)) {
    return { beside: beside.fields, type: 'LineKept', data: { name, text: rest.replace(/^ /, '') } };
  }
  const data = wordsFrom(rest, 0);
  if (data.to < rest.trimEnd().length) throw new SyntaxError(`"${rest.slice(data.to, data.to + 20)}" is no word`);
  return { beside: beside.fields, type: name, data: data.fields };
};

const isStamp = ({ task, at, cpu, comm }: { readonly [Name in keyof Said]: unknown }): boolean =>
  typeof task === 'string' &&
  task !== '' &&
  Number.isSafeInteger(at) &&
  (cpu === null || Number.isSafeInteger(cpu)) &&
  (comm === null || typeof comm === 'string');

/** The event that a line tells, or why it tells none. */
type ReadLine = { readonly event: TraceEvent } | { readonly reason: string };

/** @param line - its number in the file, counted from 1. */
export const readEventLine = (text: string, line: number): ReadLine => {
  const parts = lineShape.exec(text);
  if (!parts) return { reason: 'not of the form "comm-tid [cpu] flags seconds.nanoseconds: Fact: fields"' };
  const [, comm = '', number = '', cpu, seconds, fraction, name = '', rest = ''] = parts;
  let said: SaidFact;
  try {
    said = saidIn(name, rest);
  } catch (error) {
    return { reason: (error as SyntaxError).message };
  }
  const columns = { comm, number, cpu: Number(cpu), at: Number(seconds) * perSecond + Number(fraction) };
  const stamp = { ...saidByColumns(columns, 'task' in said.beside), ...said.beside };
  if (!isStamp(stamp)) return { reason: `no task, time, cpu or comm can be ${JSON.stringify(said.beside)}` };
  const problem = factProblem(said.type, said.data);
  if (problem !== undefined) return { reason: problem };
  const event = {
    ...({ type: said.type, data: said.data } as unknown as Fact),
    task: taskId(stamp.task),
    at: nanos(stamp.at),
    ...(stamp.cpu !== null && { cpu: stamp.cpu }),
    ...(stamp.comm !== null && { comm: stamp.comm }),
    line,
  };
  return { event };
};
