import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import type { KubeObject } from '../../api/object.ts';
import { courseOf, type Course } from './container-course.ts';
import { NodeFiles } from './node-files.ts';
import { viewPod, type Container } from './pod-view.ts';

const start = Date.UTC(2030, 0, 1);

function pod(container: Partial<Container>, policy = 'Never'): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: 'job-x',
      namespace: 'default',
      uid: 'u',
      annotations: { 'batch.kubernetes.io/job-completion-index': '3' },
    },
    spec: {
      nodeName: 'node-1',
      restartPolicy: policy,
      volumes: [{ name: 'data', emptyDir: {} }, { name: 'given' }],
      containers: [
        {
          name: 'c',
          image: 'busybox:1',
          volumeMounts: [
            { name: 'data', mountPath: '/data' },
            { name: 'given', mountPath: '/given' },
          ],
          ...container,
        },
      ],
    },
  };
}

function run(container: Partial<Container>, files = new NodeFiles(), number = 0): Course | 'unknown' {
  const object = pod(container);
  const { spec } = viewPod(object);
  const [first] = spec.containers;
  assert.ok(first);
  const view = files.of({ uid: 'u', namespace: 'default', node: 'node-1', spec }, first, number);
  return courseOf(first, { pod: object, files: view, startedAt: start + number, run: number });
}

/** `3 after 1000`, `never`, `unknown`. */
function described(course: Course | 'unknown'): string {
  if (course === 'unknown') return course;
  return course.endsAfterMs === undefined ? 'never' : `${course.exitCode} after ${course.endsAfterMs}`;
}

const script = (text: string): Partial<Container> => ({ command: ['/bin/sh', '-c', text] });

suite('a container’s command', () => {
  const cases: readonly [title: string, container: Partial<Container>, course: string][] = [
    ['none: there is no telling', {}, 'unknown'],
    ['none, of an image that serves', { image: 'registry.k8s.io/pause:3.10' }, 'never'],
    ['none, of agnhost', { image: 'e2e/agnhost:2.5', args: ['netexec'] }, 'never'],
    ['agnhost doing one thing', { image: 'e2e/agnhost:2.5', args: ['mounttest'] }, 'unknown'],
    ['an unknown program', { command: ['python', 'server.py'] }, 'unknown'],
    ['true', { command: ['/bin/true'] }, '0 after 0'],
    ['false', { command: ['false'] }, '1 after 0'],
    ['sleep', { command: ['sleep', '300'] }, '0 after 300000'],
    ['sleep in units', { command: ['sleep', '1m'] }, '0 after 60000'],
    ['sleep for ever', { command: ['sleep', 'infinity'] }, 'never'],
    ['sleep badly', { command: ['sleep', 'x'] }, '1 after 0'],
    ['arguments of an image without an entry point', { args: ['sleep', '2'] }, '0 after 2000'],
    ['tail -f', { command: ['tail', '-f', '/dev/null'] }, 'never'],
    ['a shell without a script', { command: ['sh'] }, '0 after 0'],
    ['the pod’s variables', { command: ['sleep', '$(N)'], env: [{ name: 'N', value: '7' }] }, '0 after 7000'],
  ];
  for (const [title, container, course] of cases) {
    test(`${title}: ${course}`, () => assert.equal(described(run(container)), course));
  }
});

suite('a script', () => {
  const index = { name: 'INDEX', valueFrom: { fieldRef: { fieldPath: indexPath() } } };
  const cases: readonly [text: string, course: string][] = [
    ['exit 1', '1 after 0'],
    ['exit', '0 after 0'],
    ['false; exit', '1 after 0'],
    ['echo hi && sleep 2 || exit 3', '0 after 2000'],
    ['false && sleep 2 || exit 3', '3 after 0'],
    ['! true', '1 after 0'],
    ['set -e; false; sleep 5', '1 after 0'],
    ['set -e; if false; then :; fi; sleep 5', '0 after 5000'],
    ['if [ $(expr ${INDEX} % 2) -ne 0 ]; then\n  exit 1\nelse\n  exit 0\nfi', '1 after 0'],
    ['exit $INDEX', '3 after 0'],
    ['exit $((INDEX * 2 + 1))', '7 after 0'],
    ['exit $(( $RANDOM / 32768 ))', '0 after 0'],
    ['[[ $RANDOM -ge 0 && $RANDOM -lt 32768 ]]', '0 after 0'],
    ['[[ -e /nowhere ]] && exit 4; exit 5', '5 after 0'],
    ['test -d /data', '0 after 0'],
    ['[ -f /given/whatever ]', '0 after 0'],
    ['[ "a b" = "a b" ] && exit 6', '6 after 0'],
    ['x="1 2 3"; n=0; for i in $x; do n=$((n+i)); done; exit $n', '6 after 0'],
    ['for i in $(seq 3); do sleep $i; done', '0 after 6000'],
    ['i=0; while [ $i -lt 4 ]; do i=$(expr $i + 1); sleep 1; done', '0 after 4000'],
    ['i=0; until [ $i = 2 ]; do i=$((i+1)); if [ $i = 1 ]; then continue; fi; break; done; exit $i', '2 after 0'],
    ['while true; do echo hi; sleep 5; done', 'never'],
    ['while :; do :; done', 'never'],
    ['case "$HOSTNAME" in job-*) exit 9;; *) exit 8;; esac', '9 after 0'],
    ['f() { return 4; }; f; exit $?', '4 after 0'],
    ['(exit 3); exit $?', '3 after 0'],
    ['{ sleep 1; sleep 1; }', '0 after 2000'],
    ['sleep 9 & sleep 1', '0 after 1000'],
    ['sleep 9 & sleep 1; wait', '0 after 9000'],
    ['sleep inf & wait', 'never'],
    ['echo 5 | cat > /tmp/n; exit $(cat /tmp/n)', '5 after 0'],
    ['touch /tmp/x; rm /tmp/x; [ -e /tmp/x ]', '1 after 0'],
    ['echo a >> /tmp/l; echo b >> /tmp/l; [ "$(cat /tmp/l)" = "a\nb" ]', '0 after 0'],
    ['exit ${MISSING:-5}', '5 after 0'],
    ["sh -c 'exit 7'; exit $?", '7 after 0'],
    ['exec sleep 4', '0 after 4000'],
    ['nslookup svc; exit 2 # as if it went well', '2 after 0'],
    ['until nslookup svc; do sleep 2; done', '0 after 0'],
    ['nginx -g "daemon off;"', 'unknown'],
    ['cat <<EOF\nx\nEOF', 'unknown'],
    ['if true', 'unknown'],
    ['f() { f; }; f', 'unknown'],
    ['a=xxxxxxxx; while true; do a=$a$a; done', 'unknown'],
    [`${'true&&'.repeat(4000)}exit 3`, '3 after 0'],
    [`f() { ${'if :; then '.repeat(35)}f${'; fi'.repeat(35)}; }; f`, 'unknown'],
    ['false && exit 2 || exit 3 && exit 4', '3 after 0'],
    [`${'('.repeat(100)}true${')'.repeat(100)}`, 'unknown'],
  ];
  for (const [text, course] of cases) {
    test(`${text.slice(0, 80)}: ${course}`, () =>
      assert.equal(described(run({ ...script(text), env: [index] })), course));
  }

  test('finds in the pod’s folder what an earlier run has left there, but not what was its own', () => {
    const files = new NodeFiles();
    const once = script('if [[ -r /data/foo ]]\nthen\n exit 0\nelse\n touch /data/foo\n exit 42\nfi');
    assert.equal(described(run(once, files, 0)), '42 after 0');
    assert.equal(described(run(once, files, 1)), '0 after 0');
    const own = script('[ -e /own ] && exit 1; touch /own');
    assert.equal(described(run(own, files, 2)), '0 after 0');
    assert.equal(described(run(own, files, 3)), '0 after 0');
  });

  test('leaves a termination message, or its output when it fails', () => {
    const message = (container: Partial<Container>): string => {
      const course = run(container);
      assert.ok(course !== 'unknown');
      return course.message;
    };
    assert.equal(message(script('echo done > /dev/termination-log')), 'done\n');
    assert.equal(message(script('echo broken; exit 1')), '');
    assert.equal(
      message({ ...script('echo broken; exit 1'), terminationMessagePolicy: 'FallbackToLogsOnError' }),
      'broken\n',
    );
  });

  test('stops as its trap says, else it is killed', () => {
    const stop = (text: string): unknown => {
      const course = run(script(text));
      return course === 'unknown' ? course : course.stop;
    };
    assert.deepEqual(stop('_term(){\n sleep 5\n exit 143\n}\ntrap _term SIGTERM\nwhile true; do\n sleep 1\ndone'), {
      afterMs: 5000,
      exitCode: 143,
    });
    assert.deepEqual(stop('sleep 100'), { afterMs: 0, exitCode: 137 });
  });

  test('whatever it is, it is run through in bounded time', () => {
    const words =
      'while do done if then fi case esac for x in $( ) (( )) " \' ` ${ } $x x= | & ; > /data/x [[ ]] echo sleep 1 * trap \\ \n';
    const piece = fc.constantFrom(...words.split(/ /));
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 60 }), (pieces) => {
        assert.ok(run(script(pieces.join(' '))) !== undefined);
      }),
    );
  });
});

function indexPath(): string {
  return "metadata.annotations['batch.kubernetes.io/job-completion-index']";
}
