/** The generator's inputs for tests, which are skipped where these can't be had. */
import { goModuleFolders, type ModuleFolders } from '../../hack/generate-facts/go-modules.ts';

export interface TestInputs {
  readonly folders: ModuleFolders;
  /** For `test`'s option of that name: `false`, or why there is nothing to test with. */
  readonly skip: string | false;
}

export async function inputsForTests(): Promise<TestInputs> {
  try {
    return { folders: await goModuleFolders(), skip: false };
  } catch (error) {
    const reason = error instanceof Error ? error.message.split('\n')[0] : String(error);
    return { folders: new Map(), skip: `the Go modules of Kubernetes are not at hand: ${reason}` };
  }
}
