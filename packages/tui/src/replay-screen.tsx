import { useWindowSize } from 'ink';
import { useMemo } from 'react';
import { layoutOf } from './layout.ts';
import { overviewOf } from './overview.ts';
import { ReplayFrame } from './replay-frame.tsx';
import { useReplayKeys } from './use-replay-keys.ts';
import type { ReplayView } from './view.ts';

export interface ReplayScreenProps {
  readonly view: ReplayView;
  readonly isColored: boolean;
}

/** The replay screen: keys in, one frame out, as large as the terminal is. */
export function ReplayScreen({ view, isColored }: ReplayScreenProps) {
  const { columns, rows } = useWindowSize();
  const overview = useMemo(() => overviewOf(view), [view]);
  const layout = layoutOf({ columns, rows }, overview.tasks);
  const page = layout === null ? 1 : layout.list.rows - layout.lanes - 1;
  const { ui, notes } = useReplayKeys(view, overview, page);
  const size = useMemo(() => ({ columns, rows }), [columns, rows]);
  return <ReplayFrame view={view} overview={overview} notes={notes} ui={ui} size={size} isColored={isColored} />;
}
