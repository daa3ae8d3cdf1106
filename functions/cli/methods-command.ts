/** `cxai methods [NAME]`: what each method computes, means, costs and gets wrong. */
import { z } from 'zod';
import type { Method } from '../../shared/attribution/method.ts';
import { parseOptions } from '../../shared/attribution/parse-options.ts';
import { methodNamed, methods } from '../../shared/attribution/registry.ts';
import type { Output } from './output.ts';

export function methodsCommand(name: string | undefined, output: Output): void {
  const chosen = name === undefined ? methods : [methodNamed(name)];
  for (const method of chosen) {
    const { options, ...card } = { ...method, options: z.toJSONSchema(method.options, { io: 'input' }) };
    output.result(name === undefined ? summary(method) : page(method), { ...card, options });
  }
}

function costText(method: Method<unknown>): string {
  const { gradients, forwards } = method.cost(parseOptions(method, {}));
  const parts = [
    gradients > 0 ? `${gradients} gradients` : '',
    forwards > 0 ? `${forwards} forward passes` : '',
  ];
  return parts.filter(Boolean).join(', ');
}

const summary = (method: Method<unknown>): string =>
  `${method.name.padEnd(22)} ${costText(method).padEnd(34)} ${method.citation}`;

function referenceLines({ reference }: Method<unknown>): string[] {
  return reference
    ? [`Reference   ${JSON.stringify(reference)} repeats PAIR saliency 0.2.1 (cxai attribute --reference)`]
    : [];
}

function page(method: Method<unknown>): string {
  const schema = z.toJSONSchema(method.options, { io: 'input' }) as {
    properties?: Record<string, { default?: unknown; description?: string }>;
  };
  const options = Object.entries(schema.properties ?? {}).map(
    ([option, { default: fallback, description }]) =>
      `  ${option.padEnd(16)} ${JSON.stringify(fallback) ?? ''}  ${description ?? ''}`,
  );
  return [
    `${method.title} (${method.name})`,
    method.citation,
    '',
    method.notes.formula,
    '',
    `Meaning     ${method.notes.meaning}`,
    `Unit        ${method.unit}, ${method.signed ? 'signed' : 'unsigned'}`,
    `Cost        ${costText(method)} with the defaults`,
    ...method.notes.weaknesses.map((weakness) => `Weak where  ${weakness}`),
    ...referenceLines(method),
    'Options',
    ...options,
    '',
  ].join('\n');
}
