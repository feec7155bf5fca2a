/** What holds for definitions, as one thing: it is loaded when the first one is written. */
import type { FieldError } from '../../api/field-error.ts';
import type { KubeObject } from '../../api/object.ts';
import {
  requiredDefinitionName,
  validateDefinition,
  validateDefinitionStatus,
  validateDefinitionUpdate,
} from './definition-validation.ts';
import { unknownFormats } from './unknown-formats.ts';

export interface DefinitionRules {
  /** The name that a definition must have. */
  requiredName(object: Readonly<KubeObject>): string;
  validate(object: Readonly<KubeObject>): FieldError[];
  validateUpdate(object: Readonly<KubeObject>, old: Readonly<KubeObject>): FieldError[];
  validateStatus(object: Readonly<KubeObject>): FieldError[];
  /** Formats that are not checked. */
  unknownFormats(object: Readonly<KubeObject>): readonly string[];
}

export const definitionRules: DefinitionRules = {
  requiredName: requiredDefinitionName,
  validate: validateDefinition,
  validateUpdate: validateDefinitionUpdate,
  validateStatus: validateDefinitionStatus,
  unknownFormats,
};
