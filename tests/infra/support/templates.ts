/** CloudFormation templates as the safeguards read them: resources by type, references followed across stacks. */

export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

// biome-ignore lint/suspicious/noExplicitAny: a template is foreign JSON; each safeguard says what it expects of it
export type Properties = Record<string, any>;

export interface Resource {
  readonly Type: string;
  Properties: Properties;
  DependsOn?: string[];
  DeletionPolicy?: string;
  UpdateReplacePolicy?: string;
}

export interface Template {
  readonly Resources: Record<string, Resource>;
  readonly Outputs?: Record<string, { readonly Value: Json; readonly Export?: { readonly Name: string } }>;
}

/** By stack id: data, pipeline, site, watch. */
export type Templates = Readonly<Record<string, Template>>;

export interface Found {
  readonly stack: string;
  readonly id: string;
  readonly resource: Resource;
  readonly properties: Properties;
}

export function ofType(templates: Templates, ...types: readonly string[]): Found[] {
  return Object.entries(templates).flatMap(([stack, { Resources }]) =>
    Object.entries(Resources)
      .filter(([, { Type }]) => types.includes(Type))
      .map(([id, resource]) => ({ stack, id, resource, properties: resource.Properties })),
  );
}

/** `stack/id` of the resource that a value refers to, through exports and outputs; undefined for anything else. */
export function target(templates: Templates, stack: string, value: Json | undefined): string | undefined {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return undefined;
  const {
    Ref,
    'Fn::GetAtt': attribute,
    'Fn::ImportValue': name,
    'Fn::GetStackOutput': read,
  } = value as Record<string, Json>;
  if (typeof Ref === 'string') return `${stack}/${Ref}`;
  if (Array.isArray(attribute)) return `${stack}/${String(attribute[0])}`;
  if (read) return outputTarget(templates, read as { StackName: string; OutputName: string });
  for (const [exporting, { Outputs = {} }] of Object.entries(templates)) {
    for (const output of Object.values(Outputs)) {
      if (name !== undefined && output.Export?.Name === name)
        return target(templates, exporting, output.Value);
    }
  }
  return undefined;
}

/** `cxai-example-pipeline` is the stack `pipeline`. */
function outputTarget(
  templates: Templates,
  { StackName, OutputName }: { readonly StackName: string; readonly OutputName: string },
): string | undefined {
  const stack = StackName.replace('cxai-example-', '');
  const output = templates[stack]?.Outputs?.[OutputName];
  return output && target(templates, stack, output.Value);
}

export function found(templates: Templates, path: string | undefined): Found | undefined {
  const [stack, id] = path?.split('/') ?? [];
  const resource = templates[stack ?? '']?.Resources[id ?? ''];
  return resource && { stack: stack!, id: id!, resource, properties: resource.Properties };
}

/** As a list, whether one or many or none were written. */
export const list = <T>(value: T | readonly T[] | undefined): readonly T[] =>
  value === undefined ? [] : Array.isArray(value) ? value : [value as T];

export interface Statement {
  readonly Sid?: string;
  readonly Effect: 'Allow' | 'Deny';
  Action: string | string[];
  Resource: Json;
  readonly Principal?: string | Readonly<Record<string, string | string[]>>;
  Condition?: Record<string, Record<string, Json>>;
}

/** Physical name where there is one, for messages that a person reads. */
export const nameOf = ({ id, properties }: Found): string =>
  String(properties.BucketName ?? properties.QueueName ?? properties.FunctionName ?? id);
