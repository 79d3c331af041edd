import { expect, it } from 'vitest';
import { extentText } from './import-file.ts';

it('how far a file is read says how fast, and how long the rest takes at that', () => {
  expect(extentText({ read: 50_000_000, size: 172_000_000 }, 2)).toBe('50 of 172 MB, 25 MB/s, 5 s left');
  expect(extentText({ read: 1_500_000, size: 3_000_000 }, 1)).toBe('1.5 of 3.0 MB, 1.5 MB/s, 1 s left');
});
