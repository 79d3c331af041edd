export { openSqliteLog, type SqliteLogOptions } from './sqlite-log.ts';
