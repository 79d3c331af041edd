/** A fold over events: pure and total. */
export interface Projection<State, Event> {
  readonly initial: State;
  readonly evolve: (state: State, event: Event) => State;
}

/** The state after all of `events`, starting at `from` (default: the projection's initial state). */
export const fold = <State, Event>(
  { initial, evolve }: Projection<State, Event>,
  events: Iterable<Event>,
  from: State = initial,
): State => {
  let state = from;
  for (const event of events) state = evolve(state, event);
  return state;
};
