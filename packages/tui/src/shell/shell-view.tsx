import { useApp, useInput, useWindowSize } from 'ink';
import { useEffect, useSyncExternalStore } from 'react';
import { keysOf, mouseOf } from '../keys.ts';
import { Pane } from '../pane.tsx';
import { frameRows } from './frame-rows.ts';
import type { Hands, Store } from './store.ts';

export interface ShellViewProps {
  readonly store: Store;
  readonly isColored: boolean;
  /** Is given what the terminal can do, once it is there. */
  readonly giveHands: (hands: Hands) => void;
}

/** The shell on the terminal: keys in, frames out, as large as the terminal is. */
export function ShellView({ store, isColored, giveHands }: ShellViewProps) {
  const { exit, suspendTerminal } = useApp();
  const { columns, rows } = useWindowSize();
  const shell = useSyncExternalStore(store.subscribe, store.shell);
  useEffect(() => giveHands({ quit: exit, lend: suspendTerminal }), [giveHands, exit, suspendTerminal]);
  useEffect(() => {
    const { size } = store.shell();
    if (size.columns !== columns || size.rows !== rows) store.resize({ columns, rows });
  }, [store, columns, rows]);
  useInput((input, key) => {
    const mouse = mouseOf(input);
    if (mouse === undefined) store.press(keysOf(input, key));
    else if (mouse !== null) store.point(mouse);
  });
  const frame = frameRows(shell);
  return <Pane rows={frame} width={shell.size.columns} height={frame.length} isColored={isColored} />;
}
