import { anywhere } from './anywhere.ts';
import type { Standing } from './screen.ts';

/** Which keys press what. */
export interface Keymap {
  /** The name of the binding that a key presses on a screen: `screen.id`, or `any.id` for those that work anywhere. */
  readonly nameOf: (screen: Standing, key: string) => string | undefined;
  /** The keys of a binding, which are its own unless the person wants others. */
  readonly keysOf: (name: string, own: readonly string[]) => readonly string[];
}

/** @param remapped - keys by the full name of the binding. */
export const keymapOf = (remapped: ReadonlyMap<string, readonly string[]>): Keymap => {
  const keysOf: Keymap['keysOf'] = (name, own) => remapped.get(name) ?? own;
  const nameOf: Keymap['nameOf'] = ({ name, bindings }, key) => {
    const named = [
      ...bindings.map(({ id, keys }) => ({ full: `${name}.${id}`, keys })),
      ...anywhere.map(({ id, keys }) => ({ full: `any.${id}`, keys })),
    ];
    return named.find(({ full, keys }) => keysOf(full, keys).includes(key))?.full;
  };
  return { keysOf, nameOf };
};
