import type { Field } from './layout.ts';
import type { NotingMemory } from './noting-memory.ts';

/** Where a node's parts lie: the field's word, shift and mask, and from there on a place for each value. */
const shiftAt = 1;
const maskAt = 2;
const kidsAt = 3;
const firstRoom = 256;

/** A node of a decision tree: what it asks, and where each answer leads; `null` is where nobody has been yet. */
export type Decision<Answer> =
  | { readonly field: Field; readonly kids: readonly (Decision<Answer> | null)[] }
  | { readonly answer: Answer };

/**
 * A function of a packed state, worked out once for each way in which it can read it. What it reads first is always the
 * same field, what it reads next depends on what it found, and so on: a decision tree, which is walked in place of the
 * function wherever it has been before. So code that is told in views and closures costs what a table costs.
 *
 * The function must depend on nothing but the memory.
 */
export class Lookup<Answer> {
  private readonly memory: NotingMemory;
  private readonly words: number;
  private readonly ask: () => Answer;
  private nodes = new Int32Array(firstRoom);
  private used = 0;
  private readonly fields = new Map<number, Field>();
  private readonly answers: Answer[] = [];
  /** The first node, or the complement of an answer; 0 as long as nothing is known. */
  private root = 0;

  /** @param ask - the function, over `memory`; what it returns must not be changed by anyone. */
  constructor(memory: NotingMemory, words: number, ask: () => Answer) {
    this.memory = memory;
    this.words = words;
    this.ask = ask;
  }

  /** What the function says of the state at `at`. */
  at(states: Int32Array, at: number): Answer {
    const { nodes } = this;
    let node = this.root;
    while (node > 0) {
      const value =
        ((states[at + (nodes[node] as number)] as number) >>> (nodes[node + shiftAt] as number)) &
        (nodes[node + maskAt] as number);
      node = nodes[node + kidsAt + value] as number;
    }
    return node < 0 ? (this.answers[~node] as Answer) : this.learn(states, at);
  }

  /** Every answer met so far. */
  get known(): readonly Answer[] {
    return this.answers;
  }

  /** All that has been met so far; null when nothing has. */
  tree(): Decision<Answer> | null {
    const from = (node: number): Decision<Answer> | null => {
      if (node === 0) return null;
      if (node < 0) return { answer: this.answers[~node] as Answer };
      const field = this.fields.get(node) as Field;
      const kids = Array.from({ length: field.mask + 1 }, (_, value) =>
        from(this.nodes[node + kidsAt + value] as number),
      );
      return { field, kids };
    };
    return from(this.root);
  }

  private learn(states: Int32Array, at: number): Answer {
    this.memory.begin(states, at, this.words);
    const answer = this.ask();
    const reads = this.memory.end();
    this.answers.push(answer);
    const leaf = ~(this.answers.length - 1);
    /** Where the number of the next node is to be written; 0 is the root. */
    let place = 0;
    for (const { field, value } of reads) {
      const node = place === 0 ? this.root : (this.nodes[place] as number);
      const own = node === 0 ? this.open(place, field) : node;
      if (own < 0 || this.fields.get(own) !== field) {
        throw new Error(
          'Cannot learn a step that reads something else where it found the same: it must depend on the state alone',
        );
      }
      place = own + kidsAt + value;
    }
    this.put(place, leaf);
    return answer;
  }

  private put(place: number, node: number): void {
    if (place === 0) this.root = node;
    else this.nodes[place] = node;
  }

  private open(place: number, field: Field): number {
    const node = Math.max(1, this.used);
    this.used = node + kidsAt + field.mask + 1;
    if (this.used > this.nodes.length) {
      const bigger = new Int32Array(Math.max(this.used, this.nodes.length * 2));
      bigger.set(this.nodes);
      this.nodes = bigger;
    }
    this.nodes[node] = field.word;
    this.nodes[node + shiftAt] = field.shift;
    this.nodes[node + maskAt] = field.mask;
    this.fields.set(node, field);
    this.put(place, node);
    return node;
  }
}
