export { claimedIn, type Invitation, InvitationError, type Role, roles, tokenOf } from './invitation.ts';
export type { LogLine } from './notes-service.ts';
export { quietConsole } from './quiet-console.ts';
export { runPath, type SyncServer, startSyncServer } from './server.ts';
