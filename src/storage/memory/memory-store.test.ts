import { testStoreContract } from '../contract.test-suite.ts';
import { MemoryStore, emptyMemoryState } from './memory-store.ts';

testStoreContract(async () => {
  const state = emptyMemoryState();
  return { open: async () => new MemoryStore(state), remove: async () => undefined };
});
