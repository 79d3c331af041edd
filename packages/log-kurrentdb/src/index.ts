export { type KurrentLogOptions, openKurrentLog } from './kurrent-log.ts';
