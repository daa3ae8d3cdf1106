/** The contracts as JSON Schema (draft 2020-12), for whoever reads or writes them in another language. */
import { z } from 'zod';
import { manifestSchema } from './manifest.ts';
import { methodResultSchema } from './method-result.ts';
import { modelCardSchema } from './model-card.ts';
import { planSchema } from './plan.ts';
import { receiptSchema } from './receipt.ts';
import { runIndexSchema } from './run-index.ts';
import { studySpecSchema } from './study.ts';
import { studyReportSchema } from './study-report.ts';
import { studyResultSchema } from './study-result.ts';
import { taskSchema } from './task.ts';

const contracts = {
  'model-card': modelCardSchema,
  plan: planSchema,
  task: taskSchema,
  'method-result': methodResultSchema,
  manifest: manifestSchema,
  'run-index': runIndexSchema,
  receipt: receiptSchema,
  study: studySpecSchema,
  'study-result': studyResultSchema,
  'study-report': studyReportSchema,
} as const;

/** File name -> file text. */
export function jsonSchemaFiles(): ReadonlyMap<string, string> {
  return new Map(
    Object.entries(contracts).map(([name, schema]) => [
      `${name}.schema.json`,
      `${JSON.stringify(z.toJSONSchema(schema, { io: 'input' }), null, 2)}\n`,
    ]),
  );
}
