import { lineOf } from '@custody/replay';
import { rolesOf, type TraceEvent } from '@custody/trace';
import { type Run, type RunDiff, uncompared } from '@custody/workbench';

/** Compared events drawn on either side of the first difference. */
const drawn = { before: 60, after: 240 } as const;
const columnWidth = 9;
const laneHeight = 22;
const labelWidth = 260;
const mostLanes = 24;

const escaped = (text: string): string => text.replace(/[&<>"']/g, (char) => `&#${char.codePointAt(0)};`);

const kindOf = ({ type }: TraceEvent): string => {
  if (type.startsWith('Lock')) return 'lock';
  if (type === 'OwnerSet' || type === 'DomainAttached') return 'owner';
  if (type.startsWith('Call') || type.startsWith('Syscall')) return 'call';
  return type === 'BugHit' ? 'bug' : 'device';
};

interface Mark {
  readonly index: number;
  readonly column: number;
  readonly event: TraceEvent;
}

/** The compared events around a position, each with its column. */
const marksOf = ({ timeline }: Run, at: number): readonly Mark[] => {
  const indices: number[] = [];
  let before = 0;
  for (let index = at - 1; index >= 0 && before < drawn.before; index -= 1) {
    if (uncompared.has(timeline.at(index).type)) continue;
    indices.unshift(index);
    before += 1;
  }
  for (let index = at; index < timeline.length && indices.length < before + drawn.after; index += 1) {
    if (!uncompared.has(timeline.at(index).type)) indices.push(index);
  }
  return indices.map((index, column) => ({ index, column, event: timeline.at(index) }));
};

/** From a lock's acquisition to its release, in one task's lane. */
const holdsOf = (
  marks: readonly Mark[],
): readonly { readonly from: Mark; readonly to: number; readonly lock: string }[] => {
  const open = new Map<string, Mark>();
  const holds: { from: Mark; to: number; lock: string }[] = [];
  for (const mark of marks) {
    const { event } = mark;
    if (event.type === 'LockAcquired') open.set(`${event.task} ${event.data.lock}`, mark);
    if (event.type !== 'LockReleased') continue;
    const from = open.get(`${event.task} ${event.data.lock}`);
    if (from !== undefined) holds.push({ from, to: mark.column, lock: event.data.lock });
    open.delete(`${event.task} ${event.data.lock}`);
  }
  return holds;
};

/** One side: a lane for each task, a mark for each event; what the other side has not is a filled square with a border. */
const svgOf = (name: string, run: Run, at: number, matched: ReadonlySet<number>): string => {
  const marks = marksOf(run, at);
  const roleOf = rolesOf(run.timeline);
  const roles = [...new Set(marks.map(({ event }) => roleOf(event.task)))].slice(0, mostLanes);
  const laneOf = new Map(roles.map((role, lane) => [role, lane]));
  const x = (column: number): number => labelWidth + column * columnWidth;
  const y = (lane: number): number => 28 + lane * laneHeight;
  const split = marks.findIndex(({ index }) => index >= at);
  const shapes = marks.flatMap(({ column, event, index }) => {
    const lane = laneOf.get(roleOf(event.task));
    if (lane === undefined) return [];
    const only = matched.has(index) ? '' : ' only';
    const title = `<title>@${index} ${escaped(lineOf(event).trim())}${only === '' ? '' : ` (only in ${name})`}</title>`;
    const size = only === '' ? 5 : 8;
    return [
      `<rect class="${kindOf(event)}${only}" x="${x(column) - size / 2}" y="${y(lane) - size / 2}" width="${size}" height="${size}">${title}</rect>`,
    ];
  });
  const holds = holdsOf(marks).flatMap(({ from, to, lock }) => {
    const lane = laneOf.get(roleOf(from.event.task));
    return lane === undefined
      ? []
      : [
          `<line class="hold" x1="${x(from.column)}" x2="${x(to)}" y1="${y(lane) + 6}" y2="${y(lane) + 6}"><title>holds ${escaped(lock)}</title></line>`,
        ];
  });
  const labels = roles.map(
    (role, lane) =>
      `<text x="4" y="${y(lane) + 4}">${escaped(role.length > 36 ? `${role.slice(0, 35)}…` : role)}</text><line class="lane" x1="${labelWidth}" x2="${x(marks.length)}" y1="${y(lane)}" y2="${y(lane)}"/>`,
  );
  const line =
    split < 0
      ? ''
      : `<line class="parting" x1="${x(split) - columnWidth / 2}" x2="${x(split) - columnWidth / 2}" y1="8" y2="${y(roles.length)}"/>`;
  return `<h2>${name} = ${escaped(run.header.title)}, around ${at}</h2><div class="side"><svg width="${x(marks.length) + 20}" height="${y(roles.length) + 8}" role="img" aria-label="lanes of ${name}">${labels.join('')}${holds.join('')}${line}${shapes.join('')}</svg></div>`;
};

const style = `body{font:14px/1.4 system-ui,sans-serif;margin:2em;max-width:110em}pre{background:#f6f6f6;padding:1em;overflow:auto}
.side{overflow-x:auto;border:1px solid #ccc}svg text{font:12px ui-monospace,monospace}.lane{stroke:#ddd}.hold{stroke:#555;stroke-width:2}
.parting{stroke:#000;stroke-dasharray:4 3}.lock{fill:#777}.owner{fill:#0072b2}.call{fill:#009e73}.device{fill:#56b4e9}.bug{fill:#000}.only{stroke:#d55e00;stroke-width:2.5}`;

/** A comparison as one page that needs nothing else: what `diff` says, and the lanes of both sides around the first difference. */
export const diffHtml = (left: Run, right: Run, { comparison }: RunDiff, lines: readonly string[]): string => {
  const at = comparison.kind === 'parted' ? comparison.first : { left: 0, right: 0 };
  const matched = {
    left: new Set<number>(comparison.pairs.map(([one]) => one)),
    right: new Set<number>(comparison.pairs.map(([, other]) => other)),
  };
  const title = `custody diff ${left.header.title} ${right.header.title}`;
  return `<!doctype html><html lang="en"><meta charset="utf-8"><title>${escaped(title)}</title><style>${style}</style>
<h1>${escaped(title)}</h1><pre>${escaped(lines.join('\n'))}</pre>
<p>A column is an event; below it a line while a lock is held; a mark with a border is an event that the other side has not; the dashed line is where they part. Point at a mark to read it.</p>
${svgOf('A', left, at.left, matched.left)}
${svgOf('B', right, at.right, matched.right)}
</html>`;
};
