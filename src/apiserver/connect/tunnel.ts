/** Two raw connections as one: what comes on either goes to the other, at the pace of the slower, until one of them is over. */
import type { Duplex } from 'node:stream';

export function tunnel(one: Duplex, other: Duplex): void {
  forward(one, other);
  forward(other, one);
}

/** The end of `from` is the end of `to`, once all that came is written. */
function forward(from: Duplex, to: Duplex): void {
  from.on('error', () => to.destroy());
  from.on('close', () => {
    if (!from.readableEnded || to.writableFinished) to.destroy();
    else to.once('finish', () => to.destroy());
  });
  from.pipe(to);
}
