import { expect, it } from 'vitest';
import { commented, folded } from './layout.ts';

it('a long statement is broken where it does not end, as to SPIN the end of a line may end a statement', () => {
  const condition = Array.from({ length: 12 }, (_, index) => `device_${index}_holds`).join(' || ');
  const lines = folded(`  I1 = (${condition});`);
  expect(lines.length).toBeGreaterThan(1);
  for (const line of lines.slice(0, -1)) expect(line).toMatch(/\|\|$/);
  expect(lines.map((line) => line.trim()).join(' ')).toBe(`I1 = (${condition});`);
});

it('nothing that a comment is made of can end it', () => {
  expect(commented(['a */ b', 'c\nd'])).toEqual(['/*', ' * a * / b', ' * c d', ' */']);
});
