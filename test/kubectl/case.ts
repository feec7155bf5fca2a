/** What a user types: cases of shell commands, run on the tenant and on upstream alike. */

export interface Case {
  readonly name: string;
  /** In the folder where the commands run. */
  readonly files?: Readonly<Record<string, string | Uint8Array>>;
  readonly steps: readonly (string | Step)[];
}

export interface Step {
  /** For `sh`; `kubectl` is on its path, with a namespace of the case's own; its name is in `$NS`. */
  readonly run: string;
  /** Repeated until both sides say the same: controllers are at work. */
  readonly eventually?: boolean;
  /** Lines come in any order. */
  readonly unordered?: boolean;
  /** Why both sides don't say the same, for now. A step that is marked so and doesn't differ fails: the mark has to go. */
  readonly differs?: string;
}

export const eventually = (run: string): Step => ({ run, eventually: true });

export const unordered = (run: string): Step => ({ run, unordered: true });

export const differing = (run: string, differs: string): Step => ({ run, differs });
