import type { Field } from '@custody/explore';
import type { OwnershipModel } from '../model-of.ts';
import type { Sentence } from '../properties.ts';
import { isNot, operand } from './condition.ts';
import { commented, folded } from './layout.ts';
import { fieldsIn, reduced } from './reduced.ts';
import type { Vocabulary } from './vocabulary.ts';
import type { WholeGraph } from './whole-graph.ts';

/** A sentence in the model: a hidden variable, so that SPIN names it when it is broken. */
interface Told {
  readonly id: string;
  readonly name: string;
  /** What asserts it of a state; null where nothing that moves can break it so. */
  readonly check: string | null;
  /** What it depends on. */
  readonly reads: ReadonlySet<Field>;
  /** Nothing where nothing can break it. */
  readonly text: readonly string[];
}

/** What the sentences are told with. */
interface Telling {
  readonly model: OwnershipModel;
  readonly vocabulary: Vocabulary;
  /** The fields that some move changes. */
  readonly changed: ReadonlySet<Field>;
  readonly graph: WholeGraph;
}

/** How a sentence is broken otherwise than by a state; nothing where it is not. */
const howElse = (id: string, { broken, report }: WholeGraph): readonly string[] => {
  if (broken.has(id)) return ['asserted where a step breaks it'];
  const isStuck = id === 'I11' && report.deadlock !== undefined;
  return isStuck ? ['a deadlock breaks it, which is an invalid end state'] : [];
};

const told = ({ id, name }: Sentence, { model, vocabulary, changed, graph }: Telling): Told => {
  const truth = reduced(model.truthOf(id), (holds) => holds);
  if (truth === null || ('answer' in truth && truth.answer)) {
    const text = howElse(id, graph).map((how) => `/* ${id}: ${name}; ${how} */`);
    return { id, name, check: null, reads: new Set(), text };
  }
  const { unless = [] } = model.properties.find((property) => property.name === id) ?? {};
  const guards = unless.filter((field) => changed.has(field));
  const says = operand(truth, vocabulary, guards.length > 0 ? '||' : 'nothing');
  const condition = [...guards.map((field) => isNot(field, 0, vocabulary)), says].join(' || ');
  return {
    id,
    name,
    check: `check_${id}()`,
    reads: new Set([...guards, ...fieldsIn(truth)]),
    text: [
      `/* ${id}: ${name} */`,
      `inline check_${id}() {`,
      ...folded(`  ${id} = (${condition});`),
      `  assert(${id})`,
      '}',
    ],
  };
};

/** What must hold, as assertions at the steps that may break it. */
export class Sentences {
  private readonly all: readonly Told[];
  private readonly graph: WholeGraph;

  constructor(telling: Telling) {
    this.all = telling.model.sentences.map((sentence) => told(sentence, telling));
    this.graph = telling.graph;
  }

  get reads(): ReadonlySet<Field> {
    return new Set(this.all.flatMap(({ reads }) => [...reads]));
  }

  /**
   * To be said before a step writes: what is broken before anything has happened. No step leads there, so those that
   * lead away must say it.
   */
  get before(): readonly string[] {
    return this.all.flatMap(({ id, check }) => (check !== null && this.graph.brokenAtStart.has(id) ? [check] : []));
  }

  /** To be said after a step that wrote `written` and broke `broken`; what reads nothing of it is as true as it was. */
  after(written: readonly Field[], broken: readonly string[]): readonly string[] {
    return this.all.flatMap(({ id, check, reads }) => [
      ...(broken.includes(id) ? [`broken(${id})`] : []),
      ...(check !== null && written.some((field) => reads.has(field)) ? [check] : []),
    ]);
  }

  get text(): readonly string[] {
    const { broken, report } = this.graph;
    const asserted = this.all.filter(({ id, check }) => check !== null || broken.has(id)).map(({ id }) => id);
    const safe = this.all.filter(({ text }) => text.length === 0);
    return [
      ...(asserted.length === 0 ? [] : [`hidden byte ${asserted.join(', ')};`]),
      ...(asserted.some((id) => report.marks.has(id)) ? ['#define broken(id) id = 0; assert(id)'] : []),
      ...this.all.flatMap(({ text }) => (text.length === 0 ? [] : ['', ...text])),
      '',
      ...commented(['No state and no step here breaks these:', ...safe.map(({ id, name }) => `${id}: ${name}`)]),
    ];
  }
}
