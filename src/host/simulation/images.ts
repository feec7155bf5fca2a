/** What can be known of an image by its name alone: nothing is ever pulled. Pure. */

const serving = new Set([
  'pause',
  'nginx',
  'httpd',
  'caddy',
  'traefik',
  'redis',
  'memcached',
  'postgres',
  'mysql',
  'mariadb',
  'mongo',
]);
/** What agnhost does and is done with; everything else it serves until it is stopped. */
const agnhostEnding = new Set([
  'entrypoint-tester',
  'fake-gitserver',
  'help',
  'inclusterclient',
  'mounttest',
  'pods-cgroup',
]);

/** Whether the image's own program is known to run until it is stopped. */
export function imageServes(image: string, args: readonly string[]): boolean {
  const name = nameOf(image);
  if (name === 'agnhost') return !agnhostEnding.has(args[0] ?? 'pause');
  return serving.has(name);
}

/** An image whose name says that there is none can't be pulled: `web:404`, `web:does-not-exist`, `non-existent/web:1`. */
export function imageMissing(image: string): boolean {
  return /:404$|(?:^|[^a-z0-9])(?:non-?exist(?:ent|ant|ing)|does-?no?t-?exist|no-?such-?image)(?:$|[^a-z0-9])/i.test(
    image,
  );
}

/** The last part of its path, without tag and digest. */
function nameOf(image: string): string {
  const path = image.replace(/@.*$/, '');
  return path.slice(path.lastIndexOf('/') + 1).replace(/:.*$/, '');
}
