import { type Branch, compileTree } from './compile-tree.ts';
import { grown } from './grown.ts';
import type { Field } from './layout.ts';
import type { NotingMemory } from './noting-memory.ts';

/** A node: its field in one number, and from there on a place for each value of it. */
const kidsAt = 1;
const shiftAt = 8;
const bitsAt = 13;
const packed = ({ word, shift, mask }: Field): number =>
  word | (shift << shiftAt) | ((32 - Math.clz32(mask)) << bitsAt);
/** What a node has room for: the number of a word, and a place for each value. */
const mostWords = 1 << shiftAt;
const mostBits = 16;
/** Where nobody has been yet. */
const unknown = 0;
const firstRoom = 256;
/**
 * Compiling takes as long as some 256 walks for each answer, so that is when it begins to pay: then what it costs is at
 * most what it was not worth before.
 */
export const isWarm = (walks: number, size: number): boolean => walks >= Math.max(8192, 256 * size);

/** A node of a decision tree: what it asks, and where each answer leads; `null` is where nobody has been yet. */
export type Decision<Answer> =
  | { readonly field: Field; readonly kids: readonly (Decision<Answer> | null)[] }
  | { readonly answer: Answer };

/**
 * A function of a packed state, worked out once for each way in which it can read it. What it reads first is always the
 * same field, what it reads next depends on what it found, and so on: a decision tree, which is walked in place of the
 * function wherever it has been before, and made into code once it is walked often. So what is told in views and
 * closures costs what code written for the one model would.
 *
 * The function must depend on nothing but the memory.
 */
export class Lookup<Answer> {
  /** By word: the bits that it has read of any state; another array once there are more. */
  reads: Int32Array;
  private readonly memory: NotingMemory;
  private readonly words: number;
  private readonly ask: () => Answer;
  private readonly answers: Answer[] = [];
  private nodes = new Int32Array(firstRoom);
  private used = kidsAt;
  private readonly fields = new Map<number, Field>();
  /** The first node, or the complement of an answer's number; 0 as long as nothing is known. */
  private root = unknown;
  /** How often it was walked since there was code. */
  private walks = 0;
  /** The tree as code: the number of the answer, or -1 where it must be walked. */
  private code: ((states: Int32Array, at: number) => number) | null = null;

  /**
   * @param ask - the function, over `memory`; what it returns must not be changed by anyone.
   * @throws RangeError when there are more than 256 words.
   */
  constructor(memory: NotingMemory, words: number, ask: () => Answer) {
    if (words > mostWords) {
      throw new RangeError(`Cannot look into states of ${words} words as at most ${mostWords} can be told apart`);
    }
    this.memory = memory;
    this.words = words;
    this.reads = new Int32Array(words);
    this.ask = ask;
  }

  /** What the function says of the state at `at`. */
  at(states: Int32Array, at: number): Answer {
    return this.answers[this.find(states, at)] as Answer;
  }

  /** How many answers are known. */
  get size(): number {
    return this.answers.length;
  }

  /** The number of what the function says, from 0 in the order in which the answers were met. */
  find(states: Int32Array, at: number): number {
    const known = this.code === null ? -1 : this.code(states, at);
    if (known >= 0) return known;
    this.walks += 1;
    if (isWarm(this.walks, this.answers.length)) {
      this.code = this.compiled(['states', 'from'], (answer) => `return ${answer};`);
      this.walks = 0;
    }
    return this.walk(states, at);
  }

  /** The same, by walking the tree. */
  walk(states: Int32Array, at: number): number {
    const { nodes } = this;
    let node = this.root;
    while (node > 0) {
      const field = nodes[node] as number;
      const value = ((states[at + (field & 255)] as number) >>> ((field >> shiftAt) & 31)) & ~(-1 << (field >> bitsAt));
      node = nodes[node + kidsAt + value] as number;
    }
    return node < 0 ? ~node : this.learn(states, at);
  }

  /** All that has been met so far; null when nothing has. */
  tree(): Decision<Answer> | null {
    return this.decisionAt(this.root);
  }

  private decisionAt(node: number): Decision<Answer> | null {
    if (node === unknown) return null;
    if (node < 0) return { answer: this.answers[~node] as Answer };
    const field = this.fields.get(node) as Field;
    return { field, kids: this.kidsOf(node).map((kid) => this.decisionAt(kid)) };
  }

  private kidsOf(node: number): readonly number[] {
    const first = node + kidsAt;
    return [...this.nodes.subarray(first, first + (this.fields.get(node) as Field).mask + 1)];
  }

  private branchAt(node: number): Branch {
    if (node === unknown) return null;
    if (node < 0) return ~node;
    return {
      field: this.fields.get(node) as Field,
      kids: () => this.kidsOf(node).map((kid) => this.branchAt(kid)),
      answers: () => this.answersAt(node),
    };
  }

  private answersAt(node: number): number {
    if (node <= 0) return node === unknown ? 0 : 1;
    return this.kidsOf(node).reduce((all, kid) => all + this.answersAt(kid), 0);
  }

  /** The tree as code; `leaf` says in JavaScript what is done for the answer of that number, and must return. */
  compiled<Code>(parameters: readonly string[], leaf: (answer: number) => string): Code {
    return compileTree<Code>(this.branchAt(this.root), { parameters, leaf, miss: 'return -1;' });
  }

  private learn(states: Int32Array, at: number): number {
    const { memory } = this;
    memory.begin(states, at, this.words);
    const answer = this.ask();
    const number = this.answers.push(answer) - 1;
    /** Where the number of the next node is to be written; 0 is the root. */
    let place = 0;
    for (const { field, value } of memory.end()) {
      const found = place === 0 ? this.root : (this.nodes[place] as number);
      const node = found === unknown ? this.open(place, field) : found;
      if (this.fields.get(node) !== field) {
        throw new Error(
          'Cannot learn a step that reads something else where it found the same: it must depend on the state alone',
        );
      }
      place = node + kidsAt + value;
    }
    this.lead(place, ~number);
    return number;
  }

  private lead(place: number, node: number): void {
    if (place === 0) this.root = node;
    else this.nodes[place] = node;
  }

  private open(place: number, field: Field): number {
    const bits = 32 - Math.clz32(field.mask);
    if (bits > mostBits) {
      throw new RangeError(
        `Cannot look into a field of ${bits} bits as there is a place for each value: split it, at most ${mostBits} bits each`,
      );
    }
    const node = this.used;
    this.used += kidsAt + field.mask + 1;
    if (this.used > this.nodes.length) {
      this.nodes = grown(new Int32Array(Math.max(this.used, this.nodes.length * 2)), this.nodes);
    }
    this.nodes[node] = packed(field);
    this.fields.set(node, field);
    const read = field.mask << field.shift;
    if ((~(this.reads[field.word] as number) & read) !== 0) {
      this.reads = this.reads.slice();
      this.reads[field.word] = (this.reads[field.word] as number) | read;
    }
    this.lead(place, node);
    return node;
  }
}
