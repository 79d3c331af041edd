export { checkStore, type Finding, type StoreCheck } from './check-store.ts';
export { type Compaction, compactStore } from './compact-store.ts';
export { openSqliteLog, type SqliteLogOptions } from './sqlite-log.ts';
