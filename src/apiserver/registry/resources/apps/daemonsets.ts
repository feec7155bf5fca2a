import { equalJson, type JsonObject } from '../../../../api/json.ts';
import { formatLabelSelector, type LabelSelector } from '../../../../api/label-selector.ts';
import type { KubeObject, ObjectMeta } from '../../../../api/object.ts';
import { defineResource } from '../../resource-definition.ts';
import { ageColumn, ageOf, countColumn, labelsText, nameColumn, nameOf, textColumn } from '../columns.ts';
import { settleTemplate } from '../core/pod-aliases.ts';
import { objectAt } from '../../../../api/json-fields.ts';
import { jsonOf } from '../fields.ts';
import { validateDaemonSet, validateDaemonSetUpdate } from './daemonset-validation.ts';
import { viewAs } from '../view.ts';
import { templateCells, workloadColumns, type PodTemplate } from '../workload-columns.ts';
import { countedStatusRule } from '../counted-status.ts';

interface DaemonSet {
  readonly metadata: ObjectMeta;
  readonly spec?: {
    readonly selector?: LabelSelector;
    readonly template?: PodTemplate & { readonly spec?: { readonly nodeSelector?: Readonly<Record<string, string>> } };
  };
  readonly status?: {
    readonly desiredNumberScheduled?: number;
    readonly currentNumberScheduled?: number;
    readonly numberReady?: number;
    readonly updatedNumberScheduled?: number;
    readonly numberAvailable?: number;
  };
}

/** Where apps/v1 keeps what once was spec.templateGeneration. */
const templateGeneration = 'deprecated.daemonset.template.generation';

/** Mirrors pkg/registry/apps/daemonset. */
export const daemonsets = defineResource({
  group: 'apps',
  resource: 'daemonsets',
  settle,
  strategy: {
    validate: validateDaemonSet,
    validateStatusUpdate: countedStatusRule({
      counts: [
        'currentNumberScheduled',
        'numberMisscheduled',
        'desiredNumberScheduled',
        'numberReady',
        'observedGeneration',
        'updatedNumberScheduled',
        'numberAvailable',
        'numberUnavailable',
        'collisionCount',
      ],
    }),
    validateUpdate: validateDaemonSetUpdate,
    prepareForCreate(set) {
      settleTemplate(set);
      setTemplateGeneration(set, Math.max(1, templateGenerationOf(set)));
    },
    prepareForUpdate(set, old) {
      settleTemplate(set);
      const same = equalJson(templateOf(set), templateOf(old));
      setTemplateGeneration(set, templateGenerationOf(old) + (same ? 0 : 1));
    },
  },
  table: {
    columns: [
      nameColumn,
      countColumn('Desired'),
      countColumn('Current'),
      countColumn('Ready'),
      countColumn('Up-to-date'),
      countColumn('Available'),
      textColumn('Node Selector'),
      ageColumn,
      ...workloadColumns,
    ],
    row(object, context) {
      const { spec, status } = viewAs<DaemonSet>(object);
      return [
        nameOf(object),
        status?.desiredNumberScheduled ?? 0,
        status?.currentNumberScheduled ?? 0,
        status?.numberReady ?? 0,
        status?.updatedNumberScheduled ?? 0,
        status?.numberAvailable ?? 0,
        labelsText(spec?.template?.spec?.nodeSelector),
        ageOf(object, context),
        ...templateCells(spec?.template),
        formatLabelSelector(spec?.selector),
      ];
    },
  },
});

function templateOf(set: Readonly<KubeObject>): JsonObject | undefined {
  return objectAt(objectAt(jsonOf(set), 'spec'), 'template');
}

/** The annotation is always there, as upstream's internal type has a number for it. May mutate. */
function settle(set: KubeObject): void {
  settleTemplate(set);
  setTemplateGeneration(set, templateGenerationOf(set));
}

function templateGenerationOf({ metadata }: Readonly<KubeObject>): number {
  const number = Number(metadata.annotations?.[templateGeneration] ?? '0');
  return Number.isSafeInteger(number) ? number : 0;
}

function setTemplateGeneration({ metadata }: KubeObject, generation: number): void {
  metadata.annotations = { ...metadata.annotations, [templateGeneration]: String(generation) };
}
