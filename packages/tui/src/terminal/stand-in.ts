interface Writable {
  write(text: string, ...more: never[]): unknown;
}

/** A stream that is `output` in all but what becomes of what is written to it. */
export const standInFor = <Output extends Writable & object>(
  output: Output,
  write: (text: string, ...more: never[]) => unknown,
): Output =>
  new Proxy(output, {
    get: (target, name) => {
      if (name === 'write') return write;
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });

/** Of the forms that a stream's `write` has, who wants to know when it is written. */
export const calledWhenWritten = (more: readonly unknown[]): (() => void) | undefined =>
  more.find((one) => typeof one === 'function') as (() => void) | undefined;
