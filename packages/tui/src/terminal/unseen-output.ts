/** A stream that is `output` in all but that nothing written to it arrives: for who has to have one to draw on. */
export const unseenOutput = <Output extends { write(text: string, ...more: never[]): unknown }>(
  output: Output,
): Output => {
  const write = (_text: string, ...more: readonly unknown[]): boolean => {
    const written = more.find((one) => typeof one === 'function') as (() => void) | undefined;
    if (written !== undefined) queueMicrotask(written);
    return true;
  };
  return new Proxy(output, {
    get: (target, name) => {
      if (name === 'write') return write;
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
};
