import { testStoreContract } from '../contract.test-suite.ts';
import { openSqliteStore } from './sqlite-store.ts';
import { temporaryStorePath } from './temporary-store.test-double.ts';

testStoreContract(async () => {
  const { path, remove } = temporaryStorePath();
  return { open: () => openSqliteStore({ path }), remove: async () => remove() };
});
