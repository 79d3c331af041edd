import { actionOf, type Model } from './model.ts';

/** Tasks that count to `last` and know nothing of each other, in rows of `words`: (last + 1) ** tasks states. */
export const grid = (tasks: number, last: number, words = tasks): Model => ({
  words,
  tasks,
  outcomes: ['ok'],
  initial: (into, at) => into.fill(0, at, at + words),
  successors: (states, from, scratch, emit) => {
    for (let task = 0; task < tasks; task += 1) {
      if (states[from + task] === last) continue;
      for (let word = 0; word < words; word += 1) scratch[word] = states[from + word] as number;
      scratch[task] = (scratch[task] as number) + 1;
      emit(actionOf(task));
    }
  },
  isDone: (states, at) => states.subarray(at, at + tasks).every((value) => value === last),
  isFinished: (states, at, task) => states[at + task] === last,
});
