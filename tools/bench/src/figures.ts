/** One measured number, and what it is compared with. */
export interface Figure {
  readonly id: string;
  readonly value: number;
  readonly unit: string;
  /** The other's number; null when it was not run. */
  readonly baseline: number | null;
  /** Who the other is. Default: SPIN. */
  readonly against?: string;
  /** `value` to `baseline`; of paired runs the median of their ratios. */
  readonly ratio: number | null;
}

/** The median of `values`, compared with nothing. */
export const plainFigure = (id: string, unit: string, values: readonly number[]): Figure => ({
  id,
  value: median(values),
  unit,
  baseline: null,
  ratio: null,
});

export const median = (values: readonly number[]): number => {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1
    ? (sorted[middle] as number)
    : ((sorted[middle - 1] as number) + (sorted[middle] as number)) / 2;
};
