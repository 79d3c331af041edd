import { eventLogContract } from './contract.ts';
import { memoryLog } from './memory-log.ts';

eventLogContract('the memory log', async () => memoryLog());
