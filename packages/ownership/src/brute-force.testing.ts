import { play } from './brute-force-calls.testing.ts';
import { brokenIn } from './brute-force-laws.testing.ts';
import type { Luck, Next, Progress } from './brute-force-steps.testing.ts';
import { type BruteWorld, worldBefore } from './brute-force-world.testing.ts';
import type { Knobs } from './knobs.ts';
import type { Scenario } from './scenario.ts';

/**
 * Every interleaving of a scenario, by brute force: each state is reached by playing its schedule from the start, and
 * known again by its whole text. Slow, plain, and without a line of packages/explore or of the engine, to check both.
 */

interface Move {
  readonly task: number;
  readonly luck: Luck;
}

interface Player {
  readonly progress: Progress;
  readonly course: Generator<Next, void, Luck>;
  /** null: its script has ended. */
  next: Next | null;
}
interface Game {
  readonly world: BruteWorld;
  readonly players: readonly Player[];
}

const begin = (knobs: Knobs, scenario: Scenario): Game => {
  const world = worldBefore(knobs, scenario);
  const calls = scenario.tasks.flat();
  const testsRemove = scenario.testRemove === true;
  const unloads = calls.some(({ kind }) => kind === 'unload');
  const hasWorker = calls.some((call) => call.kind === 'bind' && call.via === 'deferred');
  const hasVfio = scenario.open !== undefined || calls.some(({ kind }) => kind === 'set-container');
  const user = scenario.owner ?? calls.flatMap((call) => ('owner' in call ? [call.owner] : []))[0] ?? null;
  const players = scenario.tasks.map((script): Player => {
    const progress: Progress = { call: 0, round: 'real', results: [] };
    const cpu = { world, knobs, testsRemove, unloads, hasWorker, hasVfio, user, progress };
    return { progress, course: play(cpu, script), next: null };
  });
  for (const player of players) player.next = player.course.next().value ?? null;
  return { world, players };
};

const make = ({ world, players }: Game, { task, luck }: Move): void => {
  const player = players[task];
  if (player?.next == null) throw new RangeError(`Cannot move T${task} as it has ended`);
  world.broken.clear();
  if (player.next.takes !== undefined) world.locks[player.next.takes] = task;
  player.next = player.course.next(luck).value ?? null;
};

const replay = (knobs: Knobs, scenario: Scenario, moves: readonly Move[]): Game => {
  const game = begin(knobs, scenario);
  for (const move of moves) make(game, move);
  return game;
};

const isWaiting = ({ isReady }: Next): boolean => isReady?.() === false;

const movesOf = ({ world, players }: Game): readonly Move[] =>
  (world.vfio.isStopped ? [] : players).flatMap(({ next }, task) => {
    if (next === null || isWaiting(next) || (next.takes !== undefined && world.locks[next.takes] !== undefined))
      return [];
    return next.lucks.map((luck) => ({ task, luck }));
  });

const textOf = ({ world, players }: Game): string => {
  const { devices, users, group, locks, freed, vfio } = world;
  const owners = Object.entries(users).filter(([, { owns, claims }]) => owns || claims > 0);
  return JSON.stringify([
    devices,
    owners.sort(),
    group,
    freed,
    vfio,
    Object.entries(locks).sort(),
    players.map(({ next, progress }) => [next?.place, progress]),
  ]);
};

const isOver = ({ world, players }: Game): boolean =>
  world.vfio.isStopped || players.every(({ next }) => next === null || (next.isWorker === true && isWaiting(next)));
const isQuiet = ({ players }: Game): boolean => players.every(({ next }) => next === null || next.isFirst === true);

interface BruteOutcome {
  readonly results: Readonly<Record<string, readonly string[]>>;
  readonly final: { readonly owner: string | null; readonly ownerCount: number; readonly domain: string };
  readonly bug?: true;
}
export interface BruteReport {
  readonly states: number;
  readonly transitions: number;
  /** Invariant → the length of the shortest way to break it; absent when nothing does. */
  readonly broken: Readonly<Record<string, number>>;
  /** The shortest way to where nobody can move and somebody would; null when there is none. */
  readonly deadlock: number | null;
  readonly outcomes: readonly BruteOutcome[];
}

const outcomeOf = ({ world: { group, vfio }, players }: Game): BruteOutcome => ({
  results: Object.fromEntries(players.map(({ progress }, task) => [`T${task}`, progress.results])),
  final: {
    owner: group.owner === null ? null : group.owner.replace(/^(cookie|driver) /, ''),
    ownerCount: group.count,
    domain: group.domain,
  },
  ...(vfio.isStopped && { bug: true }),
});

/** A state that was new, and the ways on from it. */
interface Found {
  readonly game: Game;
  readonly path: readonly Move[];
  readonly moves: readonly Move[];
}

/** Breadth first, so that who comes first came by a shortest way. */
export const bruteForce = (knobs: Knobs, scenario: Scenario): BruteReport => {
  const known = new Set<string>();
  const outcomes = new Map<string, BruteOutcome>();
  const broken: Record<string, number> = {};
  let deadlock: number | null = null;
  let transitions = 0;
  const arrive = (game: Game, path: readonly Move[]): readonly Found[] => {
    const text = textOf(game);
    // Of a known state only the step to it is new.
    const isKnown = known.has(text);
    const ids = isKnown ? game.world.broken : brokenIn(game.world, knobs, { isQuiet: isQuiet(game) });
    for (const id of ids) broken[id] ??= path.length;
    if (isKnown) return [];
    known.add(text);
    const moves = movesOf(game);
    if (isOver(game)) {
      const outcome = outcomeOf(game);
      outcomes.set(JSON.stringify(outcome), outcome);
    } else if (moves.length === 0) deadlock ??= path.length;
    return [{ game, path, moves }];
  };

  const goOn = ({ game, path, moves }: Found): readonly Found[] =>
    moves.flatMap((move, index) => {
      transitions += 1;
      // A generator cannot be copied: only the last to leave this state can go on from the game itself.
      const next = index === moves.length - 1 ? game : replay(knobs, scenario, path);
      make(next, move);
      return arrive(next, [...path, move]);
    });

  let found = arrive(begin(knobs, scenario), []);
  while (found.length > 0) found = found.flatMap(goOn);
  return { states: known.size, transitions, broken, deadlock, outcomes: [...outcomes.values()] };
};
