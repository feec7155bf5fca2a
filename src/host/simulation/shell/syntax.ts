/** What a shell script is, read: commands and the words that they are made of. */

export type WordPart =
  | { readonly type: 'text'; readonly text: string; readonly quoted: boolean }
  | { readonly type: 'variable'; readonly name: string; readonly quoted: boolean; readonly otherwise?: Otherwise }
  | { readonly type: 'output'; readonly script: Command; readonly quoted: boolean }
  | { readonly type: 'arithmetic'; readonly expression: Word; readonly quoted: boolean };

/** `${name:-word}`, `${name:+word}` and their like. */
export interface Otherwise {
  readonly operator: '-' | '=' | '+';
  /** An empty value counts as none. */
  readonly orEmpty: boolean;
  readonly word: Word;
}

export type Word = readonly WordPart[];

export interface Redirect {
  readonly type: 'write' | 'append' | 'read';
  readonly descriptor: number;
  readonly target: Word;
}

export interface Assignment {
  readonly name: string;
  readonly value: Word;
}

/** A command that runs if what came before it in its chain went well (`&&`), or if it did not (`||`). */
export interface Link {
  readonly ifWell: boolean;
  readonly command: Command;
}

export type Command =
  | {
      readonly type: 'simple';
      readonly assignments: readonly Assignment[];
      readonly words: readonly Word[];
      readonly redirects: readonly Redirect[];
    }
  | { readonly type: 'pipeline'; readonly commands: readonly Command[]; readonly negated: boolean }
  | { readonly type: 'chain'; readonly first: Command; readonly rest: readonly Link[] }
  | { readonly type: 'list'; readonly commands: readonly Command[] }
  | { readonly type: 'background'; readonly command: Command }
  | {
      readonly type: 'if';
      readonly branches: readonly { readonly condition: Command; readonly body: Command }[];
      readonly otherwise: Command | undefined;
    }
  | { readonly type: 'loop'; readonly until: boolean; readonly condition: Command; readonly body: Command }
  | { readonly type: 'for'; readonly name: string; readonly words: readonly Word[]; readonly body: Command }
  | {
      readonly type: 'case';
      readonly word: Word;
      readonly arms: readonly { readonly patterns: readonly Word[]; readonly body: Command }[];
    }
  | {
      readonly type: 'group';
      readonly subshell: boolean;
      readonly body: Command;
      readonly redirects: readonly Redirect[];
    }
  | { readonly type: 'function'; readonly name: string; readonly body: Command };
