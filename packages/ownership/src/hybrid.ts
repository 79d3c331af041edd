import { conflictsOf, type Knob, type KnobName, type Knobs, knobNames, knobs } from './knobs.ts';
import { nearest } from './nearest.ts';
import { type Variant, variantOf } from './variant.ts';
import { variants } from './variants/index.ts';

/** A variant of one's own that cannot be used; the message says everything that is wrong with it. */
export class HybridError extends Error {
  override readonly name = 'HybridError';
}

type Fields = Readonly<Record<string, unknown>>;

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** What a document may say. */
const keys = ['id', 'title', 'extends', 'knobs'];
const form = '{ "id"?, "title"?, "extends": "linux-6.1", "knobs": { … } }';

/** `; did you mean …?` where one of `names` is near to what was written. */
const suggestion = (written: string, names: readonly string[]): string => {
  const near = nearest(written, names);
  return near === undefined ? '' : `; did you mean "${near}"?`;
};

const written = (value: unknown): string => JSON.stringify(value) ?? String(value);

const textProblems = (fields: Fields): readonly string[] =>
  ['id', 'title'].flatMap((key) => {
    const value = fields[key];
    if (value === undefined || (typeof value === 'string' && value !== '')) return [];
    return [`"${key}" is ${written(value)}, and must be a text`];
  });

const keyProblems = (fields: Fields): readonly string[] =>
  Object.keys(fields)
    .filter((key) => !keys.includes(key))
    .map((key) => `there is no key "${key}"${suggestion(key, keys)}; the form is ${form}`);

const variantIds = variants.map(({ id }) => id);
const thereAre = `there are: ${variantIds.join(', ')}`;

const neighbourProblems = ({ extends: neighbour }: Fields): readonly string[] => {
  if (neighbour === undefined) return [`"extends" is missing: name the variant that it changes; ${thereAre}`];
  if (typeof neighbour === 'string' && variantIds.includes(neighbour)) return [];
  const near = typeof neighbour === 'string' ? suggestion(neighbour, variantIds) : '';
  return [`"extends" is ${written(neighbour)}, and there is no such variant${near}; ${thereAre}`];
};

const isKnobName = (name: string): name is KnobName => (knobNames as readonly string[]).includes(name);

const valueProblem = (name: KnobName, value: unknown): readonly string[] => {
  const { decides, values }: Knob = knobs[name];
  if (typeof value === 'string' && Object.hasOwn(values, value)) return [];
  const near = typeof value === 'string' ? suggestion(value, Object.keys(values)) : '';
  const listed = Object.entries(values).map(([one, meaning]) => `\n      "${one}": ${meaning}`);
  return [`the knob ${name} cannot be ${written(value)}${near}; it says ${decides}, one of:${listed.join('')}`];
};

const knobProblems = ({ knobs: given }: Fields): readonly string[] => {
  if (given === undefined) return [`"knobs" is missing: say there what differs; the form is ${form}`];
  if (!isFields(given)) return [`"knobs" is ${written(given)}, and must be an object of knobs and their values`];
  return Object.entries(given).flatMap(([name, value]) =>
    isKnobName(name)
      ? valueProblem(name, value)
      : [`there is no knob "${name}"${suggestion(name, knobNames)}; there are: ${knobNames.join(', ')}`],
  );
};

/** A word that can stand in a run's title and on a command line. */
const idForm = /^[A-Za-z0-9][\w.+-]*$/;

const idProblems = (id: string): readonly string[] => {
  if (!idForm.test(id)) {
    return [`its id is "${id}", and must be letters, digits and any of ". + - _"; give another with "id"`];
  }
  return variantIds.includes(id) ? [`its id is "${id}", which is a variant already; give another with "id"`] : [];
};

/** `schemes/hook-early.json` → `hook-early`. */
const stemOf = (name: string): string =>
  (name.split(/[/\\]/).at(-1) ?? name).replace(/\.(json|[cm]?[jt]s)$/, '') || name;

const refuse = (name: string, problems: readonly string[]): void => {
  if (problems.length === 0) return;
  const listed = problems.length === 1 ? ` as ${problems[0]}` : `:${problems.map((one) => `\n  - ${one}`).join('')}`;
  throw new HybridError(`Cannot use "${name}" as a variant${listed}`);
};

/**
 * A variant of one's own: what the document `{ "id"?, "title"?, "extends", "knobs" }` changes in a neighbour.
 *
 * @param name - what to call the document in messages, a path for instance; its stem is the id where none is given.
 * @throws HybridError when it is no such document, names what there is not, or its knobs do not combine.
 * @example hybridOf({ extends: 'robin-mail', knobs: { releaseOnEarlyFailure: 'after clear' } }, 'mended.json')
 */
export const hybridOf = (document: unknown, name: string): Variant => {
  if (!isFields(document)) {
    throw new HybridError(`Cannot use "${name}" as a variant as it is ${written(document)}; the form is ${form}`);
  }
  const { id = stemOf(name), title, extends: extended } = document;
  refuse(name, [
    ...keyProblems(document),
    ...textProblems(document),
    ...(typeof id === 'string' && id !== '' ? idProblems(id) : []),
    ...neighbourProblems(document),
    ...knobProblems(document),
  ]);

  const neighbour = variants.find((variant) => variant.id === extended) as Variant;
  const changed = document['knobs'] as Partial<Knobs>;
  const hybrid = variantOf(neighbour, {
    id: id as string,
    title: (title as string | undefined) ?? `${neighbour.id}, changed`,
    source: `${name}, as a change to ${neighbour.id}`,
    knobs: changed,
  });
  refuse(
    name,
    conflictsOf(hybrid.knobs).map((says) => `its knobs do not combine: ${says}`),
  );
  return hybrid;
};
