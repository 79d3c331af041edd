import { Box, Text } from 'ink';
import { memo } from 'react';
import { lookOf } from './looks.ts';
import type { Row } from './row.ts';

export interface PaneProps {
  readonly rows: readonly Row[];
  readonly width: number;
  readonly height: number;
  readonly isColored: boolean;
}

/** A block of rows of a fixed size, as one text: ink's layout is paid per node, not per character. */
export const Pane = memo(function Pane({ rows, width, height, isColored }: PaneProps) {
  const lines = Array.from({ length: height }, (_, line) => rows[line] ?? []);
  return (
    <Box width={width} height={height} flexShrink={0} overflow="hidden">
      <Text wrap="truncate">
        {lines.map((row, line) => {
          const end = line === height - 1 ? '' : '\n';
          const pieces = row.map(({ text, tone }, index) =>
            tone === 'normal' ? (
              text
            ) : (
              // biome-ignore lint/suspicious/noArrayIndexKey: a piece is its place; nothing moves between places.
              <Text key={`${line}.${index}`} {...lookOf(tone, isColored)}>
                {text}
              </Text>
            ),
          );
          return [...pieces, end];
        })}
      </Text>
    </Box>
  );
});
