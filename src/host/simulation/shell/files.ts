/** The files that a script sees. Times are milliseconds since the epoch: a script is run through at once, ahead of the clock. */
export interface Files {
  /** The content then; `undefined`: no such file. */
  read(path: string, at: number): string | undefined;
  isFolder(path: string): boolean;
  /** From then on the file has this content; `undefined`: it is gone. */
  write(path: string, content: string | undefined, at: number): void;
}
