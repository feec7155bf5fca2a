import type { KubeObject } from '../../api/object.ts';
import { courseOf } from './container-course.ts';
import { NodeFiles } from './node-files.ts';
import type { CourseInTime } from './pod-progress.ts';
import { viewPod, type Container } from './pod-view.ts';
import type { Files } from './shell/files.ts';

/** A status knows the second in which a container began. */
const resolutionMs = 1000;
/** Of the runs of a container, more than the last one is never asked for. */
const keptPerPodMax = 64;

/** What the containers of pods do: found out once for each run, since running through it leaves files behind. */
export class PodCourses {
  readonly #files = new NodeFiles();
  readonly #byPod = new Map<string, Map<string, CourseInTime>>();

  of(pod: Readonly<KubeObject>, container: Container, run: number, startedAt: number, now: number): CourseInTime {
    const { uid = '' } = pod.metadata;
    const key = `${container.name}/${run}/${container.image}`;
    const known = this.#byPod.get(uid)?.get(key);
    if (known) return known;
    const begun = now - startedAt < resolutionMs ? Math.max(startedAt, now) : startedAt;
    const files = this.filesOf(pod, container, run);
    const found: CourseInTime = {
      course: courseOf(container, { pod, files, startedAt: begun, run }),
      startedAt: begun,
    };
    const courses = this.#byPod.get(uid) ?? new Map<string, CourseInTime>();
    const [oldest] = courses.keys();
    if (courses.size >= keptPerPodMax && oldest !== undefined) courses.delete(oldest);
    courses.set(key, found);
    this.#byPod.set(uid, courses);
    return found;
  }

  /** What a container sees in its run number `run`. */
  filesOf(pod: Readonly<KubeObject>, container: Container, run: number): Files {
    const { uid = '', namespace = '' } = pod.metadata;
    const { spec } = viewPod(pod);
    return this.#files.of({ uid, namespace, node: spec.nodeName ?? '', spec }, container, run);
  }

  forget(uid: string): void {
    this.#byPod.delete(uid);
    this.#files.forget(uid);
  }
}
