export { openReplay } from './open-replay.tsx';
export type { Finding, NoteView, ReplayView, Terminal } from './view.ts';
