/** Which of several scenarios is looked at, and how many were before it. */
export interface ScenarioProgress {
  readonly scenario: string;
  readonly done: number;
  readonly of: number;
}

/** A search that says, whenever it says something, which scenario it is about. */
export function* saying<Answer>(
  progress: ScenarioProgress,
  search: Generator<unknown, Answer>,
): Generator<ScenarioProgress, Answer> {
  for (;;) {
    const step = search.next();
    if (step.done === true) return step.value;
    yield progress;
  }
}
