/** What is written and deleted, rightly and wrongly, and what is particular to some kinds. */
import { concurrency } from './cases/concurrency.ts';
import { deletion } from './cases/deletion.ts';
import { kinds } from './cases/kinds.ts';
import { patches } from './cases/patches.ts';
import { podCases } from './cases/pods.ts';
import { runCases } from './run-cases.ts';

runCases([concurrency, patches, deletion, podCases, kinds]);
