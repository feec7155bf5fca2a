/** A plan can't be made yet: what it looks at has never been read from the host. */
export class UnreadError extends Error {
  constructor(plural: string) {
    super(`the ${plural} of the host can't be read just now`);
  }
}
