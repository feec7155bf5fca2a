/** What leaves a script's commands on the way: thrown where it happens, caught by whom it is meant for. */

export class Exit extends Error {
  readonly code: number;

  constructor(code: number) {
    super(`exit ${code}`);
    this.code = code;
  }
}

export class Returning extends Error {
  readonly code: number;

  constructor(code: number) {
    super(`return ${code}`);
    this.code = code;
  }
}

export class Breaking extends Error {
  readonly type: 'break' | 'continue';
  readonly levels: number;

  constructor(type: 'break' | 'continue', levels: number) {
    super(type);
    this.type = type;
    this.levels = levels;
  }
}

/** It does not end by itself. */
export class Forever extends Error {}
