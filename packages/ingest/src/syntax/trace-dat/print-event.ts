import { type ProbeFields, parseFields } from '../probe-fields.ts';
import type { EventFormat, Field } from './event-format.ts';
import { calculate, castTo, type Expression, invert, isSigned, type Named, parsePrintFormat } from './expression.ts';
import { addressText } from './pointer.ts';
import { type Conversion, type FormatPart, formatNumber, pad, parseConversions } from './printf.ts';
import { extentOf, numberAt, type RawEvent, textBetween } from './raw-event.ts';
import type { SymbolAt } from './symbols.ts';

/** What printing needs to know of the recording machine. */
export interface Machine {
  readonly little: boolean;
  readonly longSize: 4 | 8;
  readonly symbolAt: SymbolAt;
  /** Strings that events point to, by address. */
  readonly printk: ReadonlyMap<bigint, string>;
}

/** Prints the events of one format. */
export interface Printer {
  /** The text behind the event's name, as trace-cmd prints it without plugins. */
  readonly fields: (event: RawEvent) => string;
  /** What `parseFields` reads out of that text. */
  readonly values: (event: RawEvent) => ProbeFields;
  /** The print format was not understood: the fields are printed one after the other, `name=value`. */
  readonly fallback: boolean;
}

type Text = (event: RawEvent) => string;
type Value = (event: RawEvent) => bigint;

/** Lists longer than a page can be are damage. */
const mostElements = 65_536;

const counted = (count: bigint): number => (count > BigInt(mostElements) ? mostElements : Number(count));

const hexOf = (value: bigint): string => `0x${BigInt.asUintN(64, value).toString(16)}`;

class Compiler {
  readonly #machine: Machine;
  constructor(machine: Machine) {
    this.#machine = machine;
  }

  value(of: Expression): Value {
    const { little } = this.#machine;
    switch (of.kind) {
      case 'number': {
        const { value } = of;
        return () => value;
      }
      case 'field': {
        const { offset, size, signed, array, dynamic } = of.field;
        // An array stands for where it is, which is of no use to anyone who reads a trace; a string for its length.
        if (array && dynamic === null) return () => 0n;
        return (event) => BigInt.asUintN(64, numberAt(event, event.start + offset, size, signed, little));
      }
      case 'length': {
        const { field, elementSize } = of;
        return (event) => {
          const { from, to } = extentOf(event, field, little);
          return BigInt(Math.trunc((to - from) / elementSize));
        };
      }
      case 'index': {
        const { field } = of;
        const index = this.value(of.index);
        const size = of.size ?? field.elementSize;
        return (event) => {
          const { from, to } = extentOf(event, field, little);
          const at = from + counted(index(event)) * size;
          return at + size > to ? 0n : BigInt.asUintN(64, numberAt(event, at, size, field.signed, little));
        };
      }
      case 'cast': {
        const inner = this.value(of.of);
        const { to } = of;
        return (event) => castTo(to, inner(event));
      }
      case 'unary': {
        const inner = this.value(of.of);
        const { operator } = of;
        return (event) => invert(operator, inner(event));
      }
      case 'binary': {
        const left = this.value(of.left);
        const right = this.value(of.right);
        const { operator } = of;
        const signed = isSigned(of);
        return (event) => calculate(operator, left(event), right(event), signed);
      }
      case 'choice': {
        const [when, then, otherwise] = [this.value(of.when), this.value(of.then), this.value(of.otherwise)];
        return (event) => (when(event) !== 0n ? then(event) : otherwise(event));
      }
      case 'text':
      case 'string':
      case 'bitmask':
      case 'flags':
      case 'symbol':
      case 'hex':
      case 'array':
        return () => 0n;
    }
  }

  /** What `%s` prints of it. */
  text(of: Expression): Text {
    const { little, longSize, printk } = this.#machine;
    switch (of.kind) {
      case 'text': {
        const { text } = of;
        return () => text;
      }
      case 'field': {
        const { field } = of;
        if (field.array || field.size !== longSize) return this.#string(field);
        // A pointer: to a string that printk_formats knows, or to one that stayed in the kernel.
        const address = this.value(of);
        return (event) => printk.get(address(event)) ?? address(event).toString(16);
      }
      case 'string':
        return this.#string(of.field);
      case 'bitmask': {
        const { field, list } = of;
        return (event) => {
          const { from, to } = extentOf(event, field, little);
          const mask = event.bytes.slice(from, to);
          if (!little) mask.reverse();
          return list ? cpuList(mask) : bitmask(mask);
        };
      }
      case 'flags': {
        const value = this.value(of.of);
        const { names, between } = of;
        return (event) => flagsText(value(event), names, between);
      }
      case 'symbol': {
        const value = this.value(of.of);
        const names = new Map<bigint, string>();
        for (const { value: known, text } of of.names) if (!names.has(known)) names.set(known, text);
        return (event) => {
          const given = value(event);
          return names.get(given) ?? hexOf(given);
        };
      }
      case 'hex': {
        const count = this.value(of.count);
        const { field, between } = of;
        return (event) => {
          const { from, to } = extentOf(event, field, little);
          return bytesText(event.bytes, from, Math.min(from + counted(count(event)), to), between);
        };
      }
      case 'array': {
        const [count, size] = [this.value(of.count), this.value(of.size)];
        const { field } = of;
        return (event) => {
          const { from, to } = extentOf(event, field, little);
          const step = counted(size(event));
          if (![1, 2, 4, 8].includes(step)) return '{}';
          const elements: string[] = [];
          const end = Math.min(from + counted(count(event)) * step, to);
          for (let at = from; at + step <= end; at += step)
            elements.push(hexOf(numberAt(event, at, step, false, little)));
          return `{${elements.join(',')}}`;
        };
      }
      case 'choice': {
        const when = this.value(of.when);
        const [then, otherwise] = [this.text(of.then), this.text(of.otherwise)];
        return (event) => (when(event) !== 0n ? then(event) : otherwise(event));
      }
      case 'cast':
        return this.text(of.of);
      case 'number':
      case 'length':
      case 'index':
      case 'unary':
      case 'binary': {
        const value = this.value(of);
        return (event) => value(event).toString(16);
      }
    }
  }

  #string(field: Field): Text {
    const { little } = this.#machine;
    return (event) => textBetween(event.bytes, extentOf(event, field, little));
  }

  /** Prints one conversion; null where it and its argument do not fit together. */
  conversion(how: Conversion, of: Expression, stars: readonly Expression[]): Text | null {
    const [first, second] = stars.map((star) => this.value(star));
    const width = sizeOf(how.width, first);
    const precision = sizeOf(how.precision, how.width === 'argument' ? second : first);
    const { flags } = how;
    if (how.as === 's') {
      const text = this.text(of);
      if (how.width === null && how.precision === null) return text;
      return (event) => {
        const most = precision(event);
        const whole = text(event);
        return pad(most === null || most < 0 ? whole : whole.slice(0, most), width(event), flags);
      };
    }
    if (how.as === 'p') return this.#pointer(how, of, width);
    const quick = stars.length === 0 ? this.#quick(how, of) : null;
    if (quick) return quick;
    const value = this.value(of);
    return (event) => formatNumber(value(event), how, width(event), precision(event));
  }

  /** A plain field printed plainly: what nearly every field of a probe is. */
  #quick({ as, flags, width, precision, bits }: Conversion, of: Expression): Text | null {
    if (flags !== '' || width !== null || precision !== null || (as !== 'd' && as !== 'u' && as !== 'x')) return null;
    let inner = of;
    while (inner.kind === 'cast' && inner.to.bits >= bits) inner = inner.of;
    if (inner.kind !== 'field' || inner.field.array) return null;
    const { offset, size, signed } = inner.field;
    const { little } = this.#machine;
    if (size === 8 && bits === 64 && as === 'x') {
      return ({ view, start }) => {
        const high = view.getUint32(start + offset + (little ? 4 : 0), little);
        const low = view.getUint32(start + offset + (little ? 0 : 4), little);
        return high === 0 ? low.toString(16) : high.toString(16) + low.toString(16).padStart(8, '0');
      };
    }
    if (size === 4 && bits === 32) {
      if (as === 'd') return ({ view, start }) => String(view.getInt32(start + offset, little));
      const base = as === 'x' ? 16 : 10;
      return ({ view, start }) => view.getUint32(start + offset, little).toString(base);
    }
    if (signed && as !== 'd') return null;
    if (size === 1) {
      const base = as === 'x' ? 16 : 10;
      return ({ view, start }) =>
        (signed ? view.getInt8(start + offset) : view.getUint8(start + offset)).toString(base);
    }
    return null;
  }

  #pointer({ pointer, flags }: Conversion, of: Expression, width: (event: RawEvent) => number | null): Text | null {
    const { longSize, symbolAt } = this.#machine;
    if (/^[sSfFB]/.test(pointer)) {
      const value = this.value(of);
      const offset = /^[SF]/.test(pointer);
      return (event) => {
        const address = value(event);
        const symbol = symbolAt(address);
        if (symbol === null) return hexOf(longSize === 4 ? BigInt.asUintN(32, address) : address);
        return offset ? `${symbol.name}+${hexOf(address - symbol.start)}` : symbol.name;
      };
    }
    if (pointer.startsWith('h')) {
      const field = fieldOf(of);
      if (field === null) return null;
      const between = pointer === 'hC' ? ':' : pointer === 'hD' ? '-' : pointer === 'hN' ? '' : ' ';
      return (event) => {
        const { from, to } = extentOf(event, field, this.#machine.little);
        return bytesText(event.bytes, from, Math.min(from + Math.max(width(event) ?? 1, 0), to), between);
      };
    }
    if (/^[iIMmU]/.test(pointer)) {
      const field = fieldOf(of);
      return field === null ? null : addressText(pointer, field, this.#machine.little);
    }
    const value = this.value(of);
    return (event) => {
      const address = value(event);
      return pad(address === 0n ? '(nil)' : hexOf(address), width(event), flags);
    };
  }
}

const fieldOf = (of: Expression): Field | null => {
  if (of.kind === 'cast') return fieldOf(of.of);
  return of.kind === 'field' || of.kind === 'string' ? of.field : null;
};

const sizeOf = (size: Conversion['width'], argument: Value | undefined): ((event: RawEvent) => number | null) => {
  if (size !== 'argument') return () => size;
  return (event) => Number(BigInt.asIntN(32, argument?.(event) ?? 0n));
};

const bytesText = (bytes: Uint8Array, from: number, to: number, between: string): string =>
  Array.from(bytes.subarray(from, Math.max(from, to)), (byte) => byte.toString(16).padStart(2, '0')).join(between);

/** The names of the bits that are set; what has no name follows as a number. */
const flagsText = (value: bigint, names: readonly Named[], between: string): string => {
  let left = value;
  const set: string[] = [];
  for (const { value: flag, text } of names) {
    if (value === 0n && flag === 0n) return text;
    if (flag !== 0n && (left & flag) === flag) {
      set.push(text);
      left &= ~flag;
    }
  }
  if (left !== 0n) set.push(hexOf(left));
  return set.join(between);
};

/** Bytes with the lowest first, printed with the highest first, a comma every 32 bits. */
const bitmask = (bytes: Uint8Array): string => {
  let text = '';
  bytes.forEach((byte, index) => {
    text = byte.toString(16).padStart(2, '0') + (index % 4 === 0 && index > 0 ? ',' : '') + text;
  });
  return text;
};

/** `0,2-5` */
const cpuList = (bytes: Uint8Array): string => {
  const isSet = (bit: number): boolean => (((bytes[bit >> 3] ?? 0) >> (bit & 7)) & 1) === 1;
  const runs: string[] = [];
  for (let bit = 0; bit < bytes.length * 8; bit += 1) {
    if (!isSet(bit)) continue;
    const first = bit;
    while (isSet(bit + 1)) bit += 1;
    runs.push(first === bit ? `${first}` : `${first}-${bit}`);
  }
  return runs.join(',');
};

/** The pieces of an event's text: what always stands there, and what is printed of the event. */
interface Piece {
  readonly literal: string | null;
  readonly print: Text;
  /** It prints a number, and so neither blanks nor quotes. */
  readonly isNumber: boolean;
}

const compile = (parts: readonly FormatPart[], args: readonly Expression[], compiler: Compiler): Piece[] | null => {
  const rest = [...args];
  const pieces: Piece[] = [];
  for (const part of parts) {
    if (typeof part === 'string') {
      pieces.push({ literal: part, print: () => part, isNumber: false });
      continue;
    }
    const stars: Expression[] = [];
    for (const size of [part.width, part.precision]) {
      const star = size === 'argument' ? rest.shift() : undefined;
      if (star) stars.push(star);
      else if (size === 'argument') return null;
    }
    const argument = rest.shift();
    const print = argument && compiler.conversion(part, argument, stars);
    if (!print) return null;
    pieces.push({ literal: null, print, isNumber: 'duxXo'.includes(part.as) && part.width === null });
  }
  return pieces;
};

const printAll = (pieces: readonly Piece[]): Text => {
  const prints = pieces.map(({ print, literal }) => literal ?? print);
  return (event) => {
    let text = '';
    for (const print of prints) text += typeof print === 'string' ? print : print(event);
    return text.endsWith('\n') ? text.slice(0, -1) : text;
  };
};

interface NamedPiece {
  readonly name: string;
  readonly quoted: boolean;
  readonly isNumber: boolean;
  readonly print: Text;
}

/**
 * The pieces that stand behind `name=`, when all that stands elsewhere can hold no such word; otherwise null. This is
 * how every probe event prints itself: `(%lx) name="%s" other=0x%x`.
 */
const namedPieces = (pieces: readonly Piece[]): NamedPiece[] | null => {
  const named: NamedPiece[] = [];
  for (const [index, piece] of pieces.entries()) {
    if (piece.literal !== null) continue;
    const before = pieces[index - 1]?.literal ?? '';
    const after = pieces[index + 1]?.literal ?? '';
    const name = /(?:^|\s)([A-Za-z_]\w*)=(0x|")?$/.exec(before);
    if (!name) {
      if (!piece.isNumber) return null;
      continue;
    }
    const [, word = '', prefix = ''] = name;
    const ends = pieces[index + 1] === undefined || (prefix === '"' ? after.startsWith('"') : /^\s/.test(after));
    if (!ends || (prefix === '"' && after === '')) return null;
    const { print, isNumber } = piece;
    const quoted = prefix === '"';
    if (quoted || isNumber) {
      named.push({ name: word, quoted, isNumber, print: prefix === '0x' ? (event) => `0x${print(event)}` : print });
    } else return null;
  }
  // Nothing else may look like a field.
  const literals = pieces.map((piece) => piece.literal ?? '\0').join('');
  const words = literals.match(/=/g)?.length ?? 0;
  return words === named.length ? named : null;
};

const valuesOf = (pieces: readonly Piece[], fields: Text): ((event: RawEvent) => ProbeFields) => {
  const named = namedPieces(pieces);
  if (named === null) return (event) => parseFields(fields(event));
  return (event) => {
    const values = new Map<string, string>();
    for (const { name, quoted, print } of named) {
      const value = print(event);
      // A quote within a quote is a matter for the one who reads text.
      if (quoted && (value.includes('"') || value.includes('\\'))) return parseFields(fields(event));
      if (value !== '') values.set(name, value);
    }
    return values;
  };
};

/** A field as it is printed where nothing says how. */
const plainField = (field: Field, machine: Machine): Text => {
  const { little } = machine;
  if (field.array) {
    if (/\bchar\b/.test(field.type)) return (event) => textBetween(event.bytes, extentOf(event, field, little));
    return (event) => {
      const { from, to } = extentOf(event, field, little);
      return `ARRAY[${bytesText(event.bytes, from, to, ', ')}]`;
    };
  }
  const hexadecimal = field.type.includes('*') || /\blong\b/.test(field.type);
  return (event) => {
    const value = numberAt(event, event.start + field.offset, field.size, field.signed && !hexadecimal, little);
    return hexadecimal && !field.signed ? hexOf(value) : value.toString();
  };
};

const printFields = (format: EventFormat, machine: Machine): Piece[] => {
  const own = [...format.fields.values()].filter(({ name }) => !name.startsWith('common_'));
  return own.flatMap((field, index) => {
    const literal = `${index === 0 ? '' : ' '}${field.name}=`;
    return [
      { literal, print: () => literal, isNumber: false },
      { literal: null, print: plainField(field, machine), isNumber: !field.array },
    ];
  });
};

/** trace_printk() stores where its format is and the arguments one after the other, packed into words. */
const binaryPrintk = (format: EventFormat, machine: Machine): Text | null => {
  const [ip, fmt, buf] = ['ip', 'fmt', 'buf'].map((name) => format.fields.get(name));
  if (format.name !== 'bprint' || !ip || !fmt || !buf) return null;
  const { little, longSize, symbolAt, printk } = machine;
  const known = new Map<string, readonly FormatPart[] | null>();
  return (event) => {
    const caller = numberAt(event, event.start + ip.offset, ip.size, false, little);
    const address = numberAt(event, event.start + fmt.offset, fmt.size, false, little);
    const where = symbolAt(caller)?.name ?? hexOf(caller);
    const text = printk.get(address);
    if (text === undefined) return `${where}: (NO FORMAT FOUND at ${address.toString(16)})`;
    let parts = known.get(text);
    if (parts === undefined) {
      parts = parseConversions(text, longSize);
      known.set(text, parts);
    }
    const printed = parts === null ? text : packedText(parts, event, event.start + buf.offset, machine);
    return `${where}: ${printed.endsWith('\n') ? printed.slice(0, -1) : printed}`;
  };
};

const packedText = (parts: readonly FormatPart[], event: RawEvent, from: number, machine: Machine): string => {
  const { little, longSize, symbolAt } = machine;
  let at = from;
  const number = (size: number): bigint => {
    at = event.start + ((at - event.start + 3) & ~3);
    const value = numberAt(event, at, size, false, little);
    at += size;
    return value;
  };
  const size = (given: Conversion['width']): number | null =>
    given === 'argument' ? Number(BigInt.asIntN(32, number(4))) : given;
  let text = '';
  for (const part of parts) {
    if (typeof part === 'string') {
      text += part;
      continue;
    }
    const width = size(part.width);
    const precision = size(part.precision);
    if (part.as === 's' || (part.as === 'p' && !/^([sSfFBxK]|$)/.test(part.pointer))) {
      const string = textBetween(event.bytes, { from: at, to: event.end });
      const end = event.bytes.indexOf(0, at);
      at = end < 0 || end >= event.end ? event.end : end + 1;
      text += pad(precision === null ? string : string.slice(0, Math.max(precision, 0)), width, part.flags);
    } else if (part.as === 'p') {
      const address = number(longSize);
      const symbol = /^[sSfFB]/.test(part.pointer) ? symbolAt(address) : null;
      const offset = /^[SF]/.test(part.pointer);
      if (symbol === null)
        text += pad(address === 0n && part.pointer === '' ? '(nil)' : hexOf(address), width, part.flags);
      else text += offset ? `${symbol.name}+${hexOf(address - symbol.start)}` : symbol.name;
    } else {
      text += formatNumber(number(part.bits === 64 ? 8 : 4), part, width, precision);
    }
  }
  return text;
};

/** Makes the printer of a format once; it is used for all events of it. */
export const printerOf = (format: EventFormat, machine: Machine): Printer => {
  const printk = binaryPrintk(format, machine);
  if (printk) return { fields: printk, values: (event) => parseFields(printk(event)), fallback: false };
  const parsed = parsePrintFormat(format.printFormat, format.fields, machine.longSize);
  const parts = parsed && parseConversions(parsed.format, machine.longSize);
  const pieces = parsed && parts && compile(parts, parsed.args, new Compiler(machine));
  const chosen = pieces ?? printFields(format, machine);
  const fields = printAll(chosen);
  return { fields, values: valuesOf(chosen, fields), fallback: pieces === null };
};
