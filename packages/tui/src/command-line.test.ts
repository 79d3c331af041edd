import { describe, expect, it } from 'vitest';
import { commandLine } from './command-line.ts';

describe('a command line', () => {
  it('can be pasted into a shell, whatever a run is called', () => {
    expect(commandLine('diff', '6.1-race', 'variant:robin-mail')).toBe('custody diff 6.1-race variant:robin-mail');
    expect(commandLine('diff', "it's mine", '')).toBe("custody diff 'it'\\''s mine' ''");
  });
});
