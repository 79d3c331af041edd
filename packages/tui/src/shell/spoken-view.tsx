import { Box, Static, Text, useApp, useInput } from 'ink';
import { useEffect, useRef, useSyncExternalStore } from 'react';
import { keysOf } from '../keys.ts';
import { plain } from '../text.ts';
import type { Shell } from './shell.ts';
import type { ShellViewProps } from './shell-view.tsx';
import { utteranceOf } from './utterance.ts';

interface Line {
  readonly number: number;
  readonly text: string;
}

/** The shell for who listens: the same keys, and every change as lines below those before. */
export function SpokenView({ store, giveHands }: ShellViewProps) {
  const { exit, suspendTerminal } = useApp();
  const shell = useSyncExternalStore(store.subscribe, store.shell);
  useEffect(() => giveHands({ quit: exit, lend: suspendTerminal }), [giveHands, exit, suspendTerminal]);
  useInput((input, key) => store.press(keysOf(input, key)));
  const before = useRef<Shell | null>(null);
  const lines = useRef<readonly Line[]>([]);
  if (before.current !== shell) {
    const said = utteranceOf(before.current, shell).map(
      (text, index): Line => ({ number: lines.current.length + index, text: plain(text) }),
    );
    lines.current = [...lines.current, ...said];
    before.current = shell;
  }
  const { prompt, count } = shell;
  return (
    <Box flexDirection="column">
      <Static items={[...lines.current]}>{({ number, text }) => <Text key={number}>{text}</Text>}</Static>
      {prompt === null ? count !== '' && <Text>{count}</Text> : <Text>{`${prompt.label}${prompt.text}`}</Text>}
    </Box>
  );
}
