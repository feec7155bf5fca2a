/**
 * autoscaling/v1 and v2 of HorizontalPodAutoscalers. v2 is stored; what v1 has no field for stands in its annotations. Mirrors
 * kubernetes pkg/apis/autoscaling/v1/conversion.go, v1.36.
 */
import { parseJson } from '../../../../api/codec/parse-json.ts';
import { isJsonObject, type JsonObject } from '../../../../api/json.ts';
import type { KubeObject } from '../../../../api/object.ts';
import { ensureObject, objectAt, objectsAt, textAt } from '../../../../api/json-fields.ts';
import { jsonOf, takeField } from '../fields.ts';
import { behaviorFromV1, behaviorToV1 } from './behavior-conversion.ts';
import { metricFromV1, metricToV1 } from './metric-conversion.ts';
import { readMetric } from './metric-annotation.ts';

const metricsKey = 'autoscaling.alpha.kubernetes.io/metrics';
const statusesKey = 'autoscaling.alpha.kubernetes.io/current-metrics';
const behaviorKey = 'autoscaling.alpha.kubernetes.io/behavior';
const conditionsKey = 'autoscaling.alpha.kubernetes.io/conditions';
const keys = new Set([metricsKey, statusesKey, behaviorKey, conditionsKey]);
const defaultUtilization = 80;

/** Pure: gives a new object. */
export function autoscalerToV1(autoscaler: KubeObject): KubeObject {
  const object = structuredClone(autoscaler);
  const spec = objectAt(jsonOf(object), 'spec') ?? {};
  const status = objectAt(jsonOf(object), 'status') ?? {};
  const added: Record<string, string> = {};
  const metrics = objectsAt(spec, 'metrics');
  const cpu = metrics.find(isCpuUtilization);
  const others = metrics.filter((metric) => !isCpuUtilization(metric));
  if (others.length > 0) added[metricsKey] = JSON.stringify(others.map((metric) => metricToV1(metric, false)));
  const statuses = objectsAt(status, 'currentMetrics');
  if (statuses.length > 0) added[statusesKey] = JSON.stringify(statuses.map((metric) => metricToV1(metric, true)));
  const behavior = objectAt(spec, 'behavior');
  if (behavior) added[behaviorKey] = JSON.stringify(behaviorToV1(behavior));
  const conditions = objectsAt(status, 'conditions');
  if (conditions.length > 0) added[conditionsKey] = JSON.stringify(conditions);
  delete spec['metrics'];
  delete spec['behavior'];
  delete status['currentMetrics'];
  delete status['conditions'];
  // v1 writes what is zero.
  if (object['status'] !== undefined) status['currentReplicas'] ??= 0;
  if (cpu) takeUtilization(spec, 'targetCPUUtilizationPercentage', objectAt(objectAt(cpu, 'resource'), 'target'));
  const cpuStatus = statuses.find((metric) => textAt(objectAt(metric, 'resource'), 'name') === 'cpu');
  const current = objectAt(objectAt(cpuStatus, 'resource'), 'current');
  takeUtilization(status, 'currentCPUUtilizationPercentage', current);
  setAnnotations(object, { ...withoutKeys(object), ...added });
  return { ...object, apiVersion: 'autoscaling/v1' };
}

/** Pure: gives a new object. Annotations that can't be read are dropped. */
export function autoscalerFromV1(autoscaler: KubeObject): KubeObject {
  const object = structuredClone(autoscaler);
  const spec = ensureObject(jsonOf(object), 'spec');
  const annotations = object.metadata.annotations ?? {};
  const metrics = metricsOf(annotations[metricsKey], false);
  const target = spec['targetCPUUtilizationPercentage'];
  delete spec['targetCPUUtilizationPercentage'];
  if (typeof target === 'number') metrics.push(cpuMetric(target));
  // v1 always had a default.
  spec['metrics'] = metrics.length > 0 ? metrics : [cpuMetric(defaultUtilization)];
  const behavior = behaviorFromV1(parse(annotations[behaviorKey]));
  if (behavior) spec['behavior'] = behavior;
  const status = objectAt(jsonOf(object), 'status');
  if (status) setStatus(status, annotations);
  setAnnotations(object, withoutKeys(object));
  return { ...object, apiVersion: 'autoscaling/v2' };
}

function setStatus(status: JsonObject, annotations: Readonly<Record<string, string>>): void {
  const current = status['currentCPUUtilizationPercentage'];
  delete status['currentCPUUtilizationPercentage'];
  const statuses = metricsOf(annotations[statusesKey], true);
  if (statuses.length > 0) status['currentMetrics'] = statuses;
  else if (typeof current === 'number') {
    const resource = { name: 'cpu', current: { averageUtilization: current } };
    status['currentMetrics'] = [{ type: 'Resource', resource }];
  }
  const conditions = listOf(annotations[conditionsKey]);
  if (conditions.length > 0) status['conditions'] = [...conditions];
}

function isCpuUtilization(metric: JsonObject): boolean {
  const resource = objectAt(metric, 'resource');
  const target = objectAt(resource, 'target');
  return (
    textAt(metric, 'type') === 'Resource' &&
    textAt(resource, 'name') === 'cpu' &&
    target?.['averageUtilization'] !== undefined
  );
}

function cpuMetric(averageUtilization: number): JsonObject {
  return { type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization } } };
}

function takeUtilization(to: JsonObject, name: string, from: JsonObject | undefined): void {
  takeField(to, { [name]: from?.['averageUtilization'] ?? null }, name);
  if (to[name] === null) delete to[name];
}

function withoutKeys({ metadata }: KubeObject): Record<string, string> {
  return Object.fromEntries(Object.entries(metadata.annotations ?? {}).filter(([key]) => !keys.has(key)));
}

function setAnnotations({ metadata }: KubeObject, annotations: Record<string, string>): void {
  if (Object.keys(annotations).length === 0) delete metadata.annotations;
  else metadata.annotations = annotations;
}

/** None, where one of them can't be read. */
function metricsOf(text: string | undefined, status: boolean): JsonObject[] {
  const value = parse(text);
  const read = Array.isArray(value) ? value.map((metric) => readMetric(metric, status)) : [];
  const metrics = read.filter((metric) => metric !== undefined);
  return metrics.length === read.length ? metrics.map((metric) => metricFromV1(metric, status)) : [];
}

function listOf(text: string | undefined): readonly JsonObject[] {
  const value = parse(text);
  return Array.isArray(value) ? value.filter(isJsonObject) : [];
}

function parse(text: string | undefined): unknown {
  if (text === undefined) return undefined;
  try {
    return parseJson(text);
  } catch {
    return undefined;
  }
}
