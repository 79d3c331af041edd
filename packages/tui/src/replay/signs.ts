import type { Signs } from '../shell/screen.ts';

export const signs: Signs = [
  ['>', 'the event just applied'],
  ['! n a', 'a finding, a note, mark a'],
  ['@', 'somebody else looks there'],
  ['●', 'the task that moved'],
  ['!', 'it moved, and failed'],
  ['┃', 'holds a lock'],
  ['w', 'waits for a lock'],
  ['│ ·', 'inside a call; in no call'],
  ['*', 'changed by that event'],
  ['!!', 'two holders, or events lost'],
  ['?', 'nobody has read it yet'],
  ['-', 'no driver'],
  ['m', 'driver_managed_dma'],
  ['x2', 'owner count 2'],
  ['1/3', 'one of three has a driver'],
];
