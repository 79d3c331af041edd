/** A rectangle of the alignment problem: `left[leftFrom..leftTo)` against `right[rightFrom..rightTo)`. */
export interface Region {
  readonly leftFrom: number;
  readonly leftTo: number;
  readonly rightFrom: number;
  readonly rightTo: number;
}

/** Where to cut a region: equal items run from (`leftFrom`, `rightFrom`) to (`leftTo`, `rightTo`), possibly none. */
export interface Cut extends Region {
  /** False when the search was given up at the bound and this is merely the point that got furthest. */
  readonly exact: boolean;
}

type Keys = Int32Array;

/** Furthest points reached on each diagonal, from one corner of the region. */
interface Front {
  readonly reach: Int32Array;
  readonly equalFrom: (x: number, y: number) => number;
}

const frontOf = (size: number, equalFrom: Front['equalFrom']): Front => ({
  reach: new Int32Array(2 * size + 3),
  equalFrom,
});

/** How far left[x…] and right[y…] agree, from the region's start or, backwards, from its end. */
const forwardRun =
  (left: Keys, right: Keys, { leftFrom, leftTo, rightFrom, rightTo }: Region) =>
  (x: number, y: number) => {
    let i = leftFrom + x;
    let j = rightFrom + y;
    while (i < leftTo && j < rightTo && left[i] === right[j]) {
      i += 1;
      j += 1;
    }
    return i - leftFrom - x;
  };

const backwardRun =
  (left: Keys, right: Keys, { leftFrom, leftTo, rightFrom, rightTo }: Region) =>
  (x: number, y: number) => {
    let i = leftTo - 1 - x;
    let j = rightTo - 1 - y;
    while (i >= leftFrom && j >= rightFrom && left[i] === right[j]) {
      i -= 1;
      j -= 1;
    }
    return leftTo - 1 - x - i;
  };

const forwardCut = (region: Region, x: number, y: number, run: number, exact: boolean): Cut => ({
  leftFrom: region.leftFrom + x,
  leftTo: region.leftFrom + x + run,
  rightFrom: region.rightFrom + y,
  rightTo: region.rightFrom + y + run,
  exact,
});

const backwardCut = (region: Region, x: number, y: number, run: number, exact: boolean): Cut => ({
  leftFrom: region.leftTo - x - run,
  leftTo: region.leftTo - x,
  rightFrom: region.rightTo - y - run,
  rightTo: region.rightTo - y,
  exact,
});

/**
 * Where a shortest edit script crosses the middle of the region (Myers, "An O(ND) difference algorithm and its
 * variations", section 4b: both corners search towards each other, in linear space).
 *
 * @param bound - edits tried from either corner; beyond it the cut is the furthest point reached, not the best.
 */
export const middleSnake = (left: Keys, right: Keys, region: Region, bound: number): Cut => {
  const width = region.leftTo - region.leftFrom;
  const height = region.rightTo - region.rightFrom;
  const delta = width - height;
  const most = Math.min(bound, Math.ceil((width + height) / 2));
  const origin = most + 1;
  const fronts = [
    frontOf(most, forwardRun(left, right, region)),
    frontOf(most, backwardRun(left, right, region)),
  ] as const;
  for (let edits = 0; edits <= most; edits += 1) {
    for (const side of [0, 1] as const) {
      const { reach, equalFrom } = fronts[side];
      const other = fronts[1 - side]?.reach as Int32Array;
      const seen = side === 0 ? edits - 1 : edits;
      const isMeeting = Math.abs(delta) % 2 === (side === 0 ? 1 : 0);
      const highest = edits - 2 * Math.max(0, edits - width);
      for (let k = -(edits - 2 * Math.max(0, edits - height)); k <= highest; k += 2) {
        const below = reach[origin + k - 1] as number;
        const above = reach[origin + k + 1] as number;
        const x = k === -edits || (k !== edits && below < above) ? above : below + 1;
        const run = equalFrom(x, x - k);
        reach[origin + k] = x + run;
        const facing = delta - k;
        if (isMeeting && Math.abs(facing) <= seen && x + run + (other[origin + facing] as number) >= width) {
          return side === 0 ? forwardCut(region, x, x - k, run, true) : backwardCut(region, x, x - k, run, true);
        }
      }
    }
  }
  return furthest(region, fronts[0].reach, origin, most);
};

/** The point on the forward front that used up most of both sides after `edits` edits. */
const furthest = (region: Region, reach: Int32Array, origin: number, edits: number): Cut => {
  let best = { x: 0, y: 0 };
  for (let k = -edits; k <= edits; k += 2) {
    const x = Math.min(reach[origin + k] as number, region.leftTo - region.leftFrom);
    const y = Math.min(x - k, region.rightTo - region.rightFrom);
    if (y >= 0 && x + y > best.x + best.y) best = { x, y };
  }
  return forwardCut(region, best.x, best.y, 0, false);
};
