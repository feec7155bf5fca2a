/** Which controllers run, said as for kube-controller-manager: any of its names, old ones too. */
import { switchedOn } from '../lib/switches.ts';
import { controllerAliases } from './aliases.ts';
import { whyNotHere } from './elsewhere.ts';

/**
 * Of `built`, those that `selection` switches on. What is not built may be switched off.
 * @throws Error for a name that no controller has, and for one that is switched on but left to others
 */
export function selectControllers(built: readonly string[], selection: readonly string[]): string[] {
  const switches: string[] = [];
  for (const entry of selection) {
    const off = entry.startsWith('-');
    const typed = off ? entry.slice(1) : entry;
    const name = Object.hasOwn(controllerAliases, typed) ? (controllerAliases[typed] ?? typed) : typed;
    const reason = built.includes(name) ? undefined : whyNotHere(name);
    if (reason === undefined) switches.push(off ? `-${name}` : name);
    else if (!off) throw new Error(reason);
  }
  return switchedOn('controllers', built, switches);
}
