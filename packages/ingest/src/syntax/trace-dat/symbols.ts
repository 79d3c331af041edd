/** A function (or other symbol) of the kernel and where it begins. */
export interface KernelSymbol {
  readonly name: string;
  readonly start: bigint;
}

/** Finds the symbol that an address lies in. */
export type SymbolAt = (address: bigint) => KernelSymbol | null;

/** Beyond what any machine has; a damaged list may go on without end. */
const mostEntries = 1_000_000;

function* linesOf(text: string): Generator<string> {
  for (let from = 0, count = 0; from < text.length && count < mostEntries; count += 1) {
    const newline = text.indexOf('\n', from);
    const to = newline < 0 ? text.length : newline;
    yield text.slice(from, to);
    from = to + 1;
  }
}

const newline = 10;
const space = 32;

const hexDigit = (byte: number): number => (byte <= 57 ? byte - 48 : (byte | 32) - 87);

/** KSYM_NAME_LEN of today's kernels. */
const longestName = 512;

const name = (bytes: Uint8Array, from: number): string => {
  const end = Math.min(bytes.length, from + longestName);
  let to = from;
  while (to < end && (bytes[to] ?? 0) > space) to += 1;
  return String.fromCharCode(...bytes.subarray(from, to));
};

/**
 * Reads `/proc/kallsyms`: `address type name [module]`, a line each.
 *
 * Absolute symbols (per-CPU offsets) and the mapping symbols `$a`, `$d`… of ARM name no code and are left out, as
 * trace-cmd does. Of several names of one address the first is taken, as the kernel does; an address past the last
 * symbol is taken for that symbol's.
 */
export const readKallsyms = (bytes: Uint8Array): SymbolAt => {
  const found: { start: bigint; nameAt: number }[] = [];
  for (let at = 0; at < bytes.length && found.length < mostEntries; ) {
    let end = bytes.indexOf(newline, at);
    if (end < 0) end = bytes.length;
    let gap = at;
    while (gap - at <= 16 && bytes[gap] !== space) gap += 1;
    if (gap > at && gap - at <= 16 && gap + 3 < end) {
      let high = 0;
      let low = 0;
      for (let digit = at; digit < gap; digit += 1) {
        high = high * 16 + (low >>> 28);
        low = ((low << 4) | hexDigit(bytes[digit] ?? 48)) >>> 0;
      }
      const type = bytes[gap + 1] ?? 0;
      if ((type | 32) !== 97 && bytes[gap + 3] !== 36) {
        found.push({ start: (BigInt(high) << 32n) | BigInt(low), nameAt: gap + 3 });
      }
    }
    at = end + 1;
  }
  found.sort((left, right) =>
    left.start < right.start ? -1 : left.start > right.start ? 1 : right.nameAt - left.nameAt,
  );
  const known = new Map<bigint, KernelSymbol | null>();

  const search = (address: bigint): KernelSymbol | null => {
    let from = 0;
    let to = found.length;
    while (from < to) {
      const middle = (from + to) >>> 1;
      if ((found[middle]?.start ?? 0n) <= address) from = middle + 1;
      else to = middle;
    }
    const symbol = found[from - 1];
    return symbol === undefined ? null : { name: name(bytes, symbol.nameAt), start: symbol.start };
  };
  return (address) => {
    let symbol = known.get(address);
    if (symbol === undefined) {
      symbol = search(address);
      // Addresses of data would fill it without end.
      if (known.size < 4096) known.set(address, symbol);
    }
    return symbol;
  };
};

const printkShape = /^0x([0-9a-fA-F]{1,16})\s*:\s*"(.*)"\s*$/;

/** Reads tracefs `printk_formats`: the strings that events point to, by address; their escapes are left as they are. */
export const readPrintkFormats = (text: string): ReadonlyMap<bigint, string> => {
  const formats = new Map<bigint, string>();
  for (const line of linesOf(text)) {
    const parts = printkShape.exec(line);
    if (parts) formats.set(BigInt(`0x${parts[1]}`), parts[2] ?? '');
  }
  return formats;
};

/** Reads tracefs `saved_cmdlines`: `pid comm`, a line each. */
export const readCommandLines = (text: string): ReadonlyMap<number, string> => {
  const names = new Map<number, string>();
  for (const line of linesOf(text)) {
    const parts = /^\s*(\d{1,10}) (.+)$/.exec(line);
    if (parts) names.set(Number(parts[1]), parts[2] ?? '');
  }
  return names;
};
