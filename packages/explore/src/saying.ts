/** A search that says, whenever it says something, the same. */
export function* saying<Told, Answer>(told: Told, search: Generator<unknown, Answer>): Generator<Told, Answer> {
  for (;;) {
    const step = search.next();
    if (step.done === true) return step.value;
    yield told;
  }
}
