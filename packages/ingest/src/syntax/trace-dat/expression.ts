import type { Field } from './event-format.ts';

export interface NumberType {
  readonly bits: number;
  readonly signed: boolean;
}

/** A value and the name that it prints as. */
export interface Named {
  readonly value: bigint;
  readonly text: string;
}

/** An argument of a print format, as the C of TP_printk() says it. */
export type Expression =
  | { readonly kind: 'number'; readonly value: bigint }
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'field'; readonly field: Field }
  /** The text that a field holds or points to: `__get_str`. */
  | { readonly kind: 'string'; readonly field: Field }
  | { readonly kind: 'length'; readonly field: Field; readonly elementSize: number }
  | { readonly kind: 'bitmask'; readonly field: Field; readonly list: boolean }
  | { readonly kind: 'flags'; readonly of: Expression; readonly between: string; readonly names: readonly Named[] }
  | { readonly kind: 'symbol'; readonly of: Expression; readonly names: readonly Named[] }
  | { readonly kind: 'hex'; readonly field: Field; readonly count: Expression; readonly between: string }
  | { readonly kind: 'array'; readonly field: Field; readonly count: Expression; readonly size: Expression }
  | { readonly kind: 'cast'; readonly to: NumberType; readonly of: Expression }
  | { readonly kind: 'index'; readonly field: Field; readonly index: Expression; readonly size: number | null }
  | { readonly kind: 'unary'; readonly operator: string; readonly of: Expression }
  | { readonly kind: 'binary'; readonly operator: string; readonly left: Expression; readonly right: Expression }
  | { readonly kind: 'choice'; readonly when: Expression; readonly then: Expression; readonly otherwise: Expression };

export interface PrintFormat {
  readonly format: string;
  readonly args: readonly Expression[];
}

/** What the grammar here has no word for; the event is then printed field by field. */
class NotUnderstood extends Error {}

const refuse = (what: string): never => {
  throw new NotUnderstood(what);
};

interface Token {
  readonly kind: 'name' | 'number' | 'string' | 'sign';
  readonly text: string;
}

const tokenShape =
  /\s*(?:([A-Za-z_]\w*)|(0[xX][0-9a-fA-F]+|\d+)[uUlL]*|"([^"\\]*(?:\\.[^"\\]*)*)"|'(\\?.)'|(->|<<|>>|<=|>=|==|!=|&&|\|\||[-+*/%&|^~!<>?:()[\]{},.]))/gsy;

// More than any format has; a damaged one may have any number.
const longestFormat = 65_536;
const mostTokens = 20_000;
const mostOperators = 2000;

const tokensOf = (text: string): Token[] => {
  const tokens: Token[] = [];
  const end = text.trimEnd().length;
  tokenShape.lastIndex = 0;
  while (tokenShape.lastIndex < end) {
    const match = tokenShape.exec(text);
    if (!match || tokens.length === mostTokens) return refuse(text.slice(0, 40));
    const [, name, number, string, letter, sign = ''] = match;
    if (name !== undefined) tokens.push({ kind: 'name', text: name });
    else if (number !== undefined) tokens.push({ kind: 'number', text: number });
    else if (string !== undefined) tokens.push({ kind: 'string', text: string });
    else if (letter !== undefined) tokens.push({ kind: 'number', text: String(letter.at(-1)?.charCodeAt(0) ?? 0) });
    else tokens.push({ kind: 'sign', text: sign });
  }
  return tokens;
};

/** Names that formats use without saying what they stand for (linux/interrupt.h, linux/hrtimer.h). */
const constants: ReadonlyMap<string, bigint> = new Map([
  ['NULL', 0n],
  ['true', 1n],
  ['false', 0n],
  ['HI_SOFTIRQ', 0n],
  ['TIMER_SOFTIRQ', 1n],
  ['NET_TX_SOFTIRQ', 2n],
  ['NET_RX_SOFTIRQ', 3n],
  ['BLOCK_SOFTIRQ', 4n],
  ['IRQ_POLL_SOFTIRQ', 5n],
  ['TASKLET_SOFTIRQ', 6n],
  ['SCHED_SOFTIRQ', 7n],
  ['HRTIMER_SOFTIRQ', 8n],
  ['RCU_SOFTIRQ', 9n],
  ['HRTIMER_NORESTART', 0n],
  ['HRTIMER_RESTART', 1n],
]);

const typeBits: ReadonlyMap<string, NumberType> = new Map(
  [
    ['bool', 8, false],
    ['char', 8, true],
    ['short', 16, true],
    ['int', 32, true],
    ...[8, 16, 32, 64].flatMap(
      (bits) =>
        [
          [`u${bits}`, bits, false],
          [`s${bits}`, bits, true],
          [`__u${bits}`, bits, false],
          [`__s${bits}`, bits, true],
          [`uint${bits}_t`, bits, false],
          [`int${bits}_t`, bits, true],
          [`__le${bits}`, bits, false],
          [`__be${bits}`, bits, false],
        ] as const,
    ),
    ['pid_t', 32, true],
    ['gfp_t', 32, false],
    ['dev_t', 32, false],
    ['sector_t', 64, false],
    ['loff_t', 64, true],
    ['ktime_t', 64, true],
  ].map(([name, bits, signed]) => [name as string, { bits: bits as number, signed: signed as boolean }]),
);

const bindings: readonly (readonly string[])[] = [
  ['||'],
  ['&&'],
  ['|'],
  ['^'],
  ['&'],
  ['==', '!='],
  ['<', '>', '<=', '>='],
  ['<<', '>>'],
  ['+', '-'],
  ['*', '/', '%'],
];

/** Deeper than any format; a damaged one may nest without end. */
const deepest = 200;

class Parser {
  readonly #tokens: readonly Token[];
  readonly #fields: ReadonlyMap<string, Field>;
  readonly #longBits: number;
  #at = 0;
  #depth = 0;
  #operators = 0;

  constructor(text: string, fields: ReadonlyMap<string, Field>, longSize: number) {
    this.#tokens = tokensOf(text);
    this.#fields = fields;
    this.#longBits = longSize * 8;
  }

  #is(text: string, ahead = 0): boolean {
    const token = this.#tokens[this.#at + ahead];
    return token !== undefined && token.kind !== 'string' && token.text === text;
  }

  #accept(text: string): boolean {
    if (!this.#is(text)) return false;
    this.#at += 1;
    return true;
  }

  #expect(text: string): void {
    if (!this.#accept(text)) refuse(`"${text}" was expected`);
  }

  #name(): string {
    const token = this.#tokens[this.#at];
    if (token?.kind !== 'name') return refuse('a name was expected');
    this.#at += 1;
    return token.text;
  }

  /** Strings that stand side by side are one. */
  #string(): string {
    let text: string | null = null;
    for (let token = this.#tokens[this.#at]; token?.kind === 'string'; token = this.#tokens[this.#at]) {
      text = (text ?? '') + token.text;
      this.#at += 1;
    }
    return text ?? refuse('a string was expected');
  }

  whole(): PrintFormat {
    const format = this.#string();
    const args: Expression[] = [];
    while (this.#accept(',')) args.push(this.#expression());
    if (this.#at < this.#tokens.length) refuse('something follows the arguments');
    return { format, args };
  }

  #expression(): Expression {
    this.#depth += 1;
    if (this.#depth > deepest) refuse('it nests too deeply');
    const when = this.#binary(0);
    let result = when;
    if (this.#accept('?')) {
      // `a ?: b` is a where a is not 0.
      const then = this.#is(':') ? when : this.#expression();
      this.#expect(':');
      result = { kind: 'choice', when, then, otherwise: this.#expression() };
    }
    this.#depth -= 1;
    return result;
  }

  #binary(level: number): Expression {
    const operators = bindings[level];
    if (!operators) return this.#unary();
    let left = this.#binary(level + 1);
    for (;;) {
      const operator = operators.find((sign) => this.#is(sign));
      if (operator === undefined) return left;
      this.#at += 1;
      this.#operators += 1;
      if (this.#operators > mostOperators) refuse('it has too many operators');
      left = { kind: 'binary', operator, left, right: this.#binary(level + 1) };
    }
  }

  #unary(): Expression {
    this.#depth += 1;
    if (this.#depth > deepest) refuse('it nests too deeply');
    const result = this.#unaryOf();
    this.#depth -= 1;
    return result;
  }

  #unaryOf(): Expression {
    for (const operator of ['!', '~', '-', '+']) {
      if (this.#accept(operator)) return { kind: 'unary', operator, of: this.#unary() };
    }
    const cast = this.#cast();
    if (cast) {
      const of = this.#unary();
      if (cast.pointee !== null && (of.kind === 'field' || of.kind === 'string') && this.#is('[')) {
        return this.#indexed(of.field, cast.pointee);
      }
      // A pointer to an array's data is still that array.
      const isArray = (of.kind === 'field' && of.field.array) || of.kind === 'string';
      return isArray && cast.pointee !== null ? of : { kind: 'cast', to: cast.type, of };
    }
    if (this.#is('(') && this.#is('REC', 1) && this.#is(')', 2)) {
      this.#at += 1;
      const field = this.#primary();
      return this.#postfix(field);
    }
    if (this.#accept('(')) {
      const inner = this.#expression();
      this.#expect(')');
      return this.#postfix(inner);
    }
    return this.#postfix(this.#primary());
  }

  /** Moves past `(type)` when that is what stands here. */
  #cast(): { readonly type: NumberType; readonly pointee: number | null } | null {
    if (!this.#is('(')) return null;
    const names: string[] = [];
    let at = this.#at + 1;
    let pointer = false;
    for (let token = this.#tokens[at]; token !== undefined; token = this.#tokens[at]) {
      if (token.kind === 'name' && token.text !== 'REC' && !pointer) names.push(token.text);
      else if (token.kind === 'sign' && token.text === '*' && names.length > 0) pointer = true;
      else break;
      at += 1;
    }
    const close = this.#tokens[at];
    if (names.length === 0 || close?.kind !== 'sign' || close.text !== ')') return null;
    const type = this.#typeOf(names);
    if (type === null && !pointer) {
      // One name in brackets is an enum's constant, unless a value follows.
      const next = this.#tokens[at + 1];
      if (next === undefined || (next.kind === 'sign' && next.text !== '(')) return null;
    }
    this.#at = at + 1;
    const long = { bits: this.#longBits, signed: false };
    if (pointer) return { type: long, pointee: (type?.bits ?? 8) / 8 };
    return { type: type ?? { bits: 64, signed: false }, pointee: null };
  }

  #typeOf(names: readonly string[]): NumberType | null {
    const words = names.filter((name) => name !== 'const' && name !== 'volatile');
    if (words[0] === 'enum') return { bits: 32, signed: false };
    const longs = words.filter((word) => word === 'long').length;
    const unsigned = words.includes('unsigned') || words.includes('size_t') || words.includes('uintptr_t');
    if (longs > 0) return { bits: longs > 1 ? 64 : this.#longBits, signed: !unsigned };
    if (words.includes('size_t') || words.includes('uintptr_t')) return { bits: this.#longBits, signed: false };
    const known = words.map((word) => typeBits.get(word)).find((type) => type !== undefined);
    if (known) return unsigned ? { ...known, signed: false } : known;
    return unsigned || words.includes('signed') ? { bits: 32, signed: !unsigned } : null;
  }

  #postfix(of: Expression): Expression {
    if (!this.#is('[')) return of;
    if (of.kind === 'field' || of.kind === 'string') return this.#indexed(of.field, null);
    // `((u8 *)__get_dynamic_array(x))[0]`
    return refuse('what is indexed is no field');
  }

  #indexed(field: Field, size: number | null): Expression {
    this.#expect('[');
    const index = this.#expression();
    this.#expect(']');
    return { kind: 'index', field, index, size };
  }

  #field(): Field {
    const name = this.#name();
    return this.#fields.get(name) ?? refuse(`there is no field ${name}`);
  }

  #primary(): Expression {
    const token = this.#tokens[this.#at];
    if (token === undefined) return refuse('it ends early');
    if (token.kind === 'string') return { kind: 'text', text: this.#string() };
    this.#at += 1;
    if (token.kind === 'number') {
      const octal = /^0\d+$/.test(token.text);
      if (octal && /[89]/.test(token.text)) return refuse(`${token.text} is no number`);
      return { kind: 'number', value: BigInt.asUintN(64, BigInt(octal ? `0o${token.text}` : token.text)) };
    }
    if (token.kind === 'sign') {
      // `&REC->field` and `*` on an array are the array.
      if (token.text === '&' || token.text === '*') {
        const of = this.#unary();
        return of.kind === 'field' && of.field.array ? of : refuse('it follows a pointer');
      }
      return refuse(`"${token.text}" begins no value`);
    }
    if (token.text === 'REC') {
      // Macros put it in brackets.
      this.#accept(')');
      this.#expect('->');
      return { kind: 'field', field: this.#field() };
    }
    if (this.#accept('(')) {
      const value = this.#call(token.text);
      this.#expect(')');
      return value;
    }
    const value = constants.get(token.text);
    return value === undefined ? refuse(`${token.text} is not known`) : { kind: 'number', value };
  }

  #call(name: string): Expression {
    switch (name) {
      case '__get_str':
      case '__get_rel_str':
        return { kind: 'string', field: this.#field() };
      case '__get_dynamic_array':
      case '__get_rel_dynamic_array':
      case '__get_sockaddr':
      case '__get_rel_sockaddr':
        return { kind: 'field', field: this.#field() };
      case '__get_dynamic_array_len':
      case '__get_rel_dynamic_array_len':
        return { kind: 'length', field: this.#field(), elementSize: 1 };
      case '__get_bitmask':
      case '__get_rel_bitmask':
        return { kind: 'bitmask', field: this.#field(), list: false };
      case '__get_cpumask':
      case '__get_rel_cpumask':
        return { kind: 'bitmask', field: this.#field(), list: true };
      case '__print_flags':
      case '__print_flags_u64': {
        const of = this.#expression();
        this.#expect(',');
        const between = this.#string();
        return { kind: 'flags', of, between, names: this.#names() };
      }
      case '__print_symbolic':
      case '__print_symbolic_u64':
        return { kind: 'symbol', of: this.#expression(), names: this.#names() };
      case '__print_hex':
      case '__print_hex_str': {
        const field = this.#arrayField();
        this.#expect(',');
        return { kind: 'hex', field, count: this.#expression(), between: name === '__print_hex' ? ' ' : '' };
      }
      case '__print_array': {
        const field = this.#arrayField();
        this.#expect(',');
        const count = this.#expression();
        this.#expect(',');
        return { kind: 'array', field, count, size: this.#expression() };
      }
      case '__builtin_expect': {
        const value = this.#expression();
        this.#expect(',');
        this.#expression();
        return value;
      }
      case 'sizeof':
        return { kind: 'number', value: this.#sizeof() };
      default:
        return refuse(`${name}() is not known`);
    }
  }

  #sizeof(): bigint {
    if (this.#is('REC')) {
      const of = this.#primary();
      return of.kind === 'field' ? BigInt(of.field.size) : refuse('sizeof of no field');
    }
    const names: string[] = [];
    while (this.#tokens[this.#at]?.kind === 'name') names.push(this.#name());
    const type = this.#accept('*') ? { bits: this.#longBits } : this.#typeOf(names);
    return type === null ? refuse('sizeof of a type that is not known') : BigInt(type.bits / 8);
  }

  #arrayField(): Field {
    const of = this.#expression();
    return of.kind === 'field' || of.kind === 'string' ? of.field : refuse('an array was expected');
  }

  /**
   * `, {1, "a"}, {2, "b"}`, up to the closing bracket. An entry whose value is a name that the format does not explain
   * is left out, as is one without a text, which ends the list: their values print as numbers.
   */
  #names(): Named[] {
    const names: Named[] = [];
    while (this.#accept(',')) {
      if (!this.#accept('{')) continue;
      const value = this.#constant();
      this.#expect(',');
      const text = this.#tokens[this.#at]?.kind === 'string' ? this.#string() : null;
      if (text === null) this.#expression();
      this.#expect('}');
      if (value !== null && text !== null) names.push({ value, text });
    }
    return names;
  }

  #constant(): bigint | null {
    const name = this.#tokens[this.#at];
    if (name?.kind === 'name' && this.#is(',', 1) && !constants.has(name.text)) {
      this.#at += 1;
      return null;
    }
    return constant(this.#expression());
  }
}

const truth = (value: boolean): bigint => (value ? 1n : 0n);

/**
 * Two numbers of 64 bits as C has them: `signed` when both are. A division by 0, which the kernel would not survive,
 * is 0.
 */
export const calculate = (operator: string, a: bigint, b: bigint, signed: boolean): bigint => {
  const left = signed ? BigInt.asIntN(64, a) : a;
  const right = signed ? BigInt.asIntN(64, b) : b;
  switch (operator) {
    case '||':
      return truth(left !== 0n || right !== 0n);
    case '&&':
      return truth(left !== 0n && right !== 0n);
    case '|':
      return a | b;
    case '^':
      return a ^ b;
    case '&':
      return a & b;
    case '==':
      return truth(a === b);
    case '!=':
      return truth(a !== b);
    case '<':
      return truth(left < right);
    case '>':
      return truth(left > right);
    case '<=':
      return truth(left <= right);
    case '>=':
      return truth(left >= right);
    case '<<':
      return BigInt.asUintN(64, a << (b & 63n));
    case '>>':
      return BigInt.asUintN(64, left >> (b & 63n));
    case '+':
      return BigInt.asUintN(64, a + b);
    case '-':
      return BigInt.asUintN(64, a - b);
    case '*':
      return BigInt.asUintN(64, a * b);
    case '/':
      return b === 0n ? 0n : BigInt.asUintN(64, left / right);
    case '%':
      return b === 0n ? 0n : BigInt.asUintN(64, left % right);
    default:
      throw new Error(`no operator ${operator}`);
  }
};

/** Whether C would take the value for a signed one. */
export const isSigned = (of: Expression): boolean => {
  switch (of.kind) {
    case 'number':
      return true;
    case 'field':
      return of.field.signed;
    case 'cast':
      return of.to.signed;
    case 'index':
      return of.field.signed;
    case 'unary':
      return isSigned(of.of);
    case 'binary':
      return isSigned(of.left) && isSigned(of.right);
    case 'choice':
      return isSigned(of.then) && isSigned(of.otherwise);
    default:
      return false;
  }
};

export const invert = (operator: string, value: bigint): bigint => {
  if (operator === '!') return truth(value === 0n);
  return BigInt.asUintN(64, operator === '~' ? ~value : operator === '-' ? -value : value);
};

export const castTo = ({ bits, signed }: NumberType, value: bigint): bigint =>
  BigInt.asUintN(64, signed ? BigInt.asIntN(bits, value) : BigInt.asUintN(bits, value));

const constant = (of: Expression): bigint => {
  switch (of.kind) {
    case 'number':
      return of.value;
    case 'unary':
      return invert(of.operator, constant(of.of));
    case 'binary':
      return calculate(of.operator, constant(of.left), constant(of.right), isSigned(of));
    case 'cast':
      return castTo(of.to, constant(of.of));
    case 'choice':
      return constant(of.when) !== 0n ? constant(of.then) : constant(of.otherwise);
    default:
      return refuse('a constant was expected');
  }
};

/**
 * Reads the `print fmt` of a format file: a string and its arguments.
 *
 * @returns null when it says something that is not known here.
 */
export const parsePrintFormat = (
  text: string,
  fields: ReadonlyMap<string, Field>,
  longSize: number,
): PrintFormat | null => {
  if (text.length > longestFormat) return null;
  try {
    return new Parser(text, fields, longSize).whole();
  } catch (error) {
    if (error instanceof NotUnderstood) return null;
    throw error;
  }
};
