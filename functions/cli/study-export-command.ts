/** `cxai study export`: the winner as a registered model, ONNX with its card and the same as TF.js layers. */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PermanentFault } from '../../shared/errors.ts';
import { modelIdSchema } from '../../shared/manifest/model-card.ts';
import { studyReportKey } from '../../shared/manifest/study-keys.ts';
import { type StudyReport, studyReportSchema } from '../../shared/manifest/study-report.ts';
import { readModel } from '../../shared/onnx/read-model.ts';
import { supportedOperators } from '../../shared/onnx/supported-operators.ts';
import { digestOf } from '../../shared/pipeline/digest.ts';
import { buildStudyReport } from '../../shared/study/build-report.ts';
import { productCard } from '../../shared/study/product-card.ts';
import { exportLayersModel } from '../../shared/tfjs/export-layers-model.ts';
import { createOnnxRuntimeRunner } from '../common/onnxruntime-runner.ts';
import { readStudy, type StudyOnDisk } from '../study/read-study.ts';
import { verifyLayersModel } from '../study/verify-layers-model.ts';
import type { Output } from './output.ts';
import { writeModelFolder } from './write-model-folder.ts';
import { WrongUse } from './wrong-use.ts';

export interface StudyExportFlags {
  readonly models: string;
  readonly id?: string;
  readonly name?: string;
  readonly license: string;
}

export async function studyExportCommand(
  folder: string,
  flags: StudyExportFlags,
  output: Output,
): Promise<void> {
  const study = await readStudy(folder);
  const report = await reportOf(study);
  const product = study.results.find(({ key }) => key === report.winner?.product);
  if (product === undefined) {
    throw new PermanentFault('study export: expected a finished configuration, got none', {
      code: 'study-unfinished',
      remedy: 'Let `cxai study run` finish first.',
    });
  }
  const bytes = new Uint8Array(await readFile(join(folder, product.weights.key)));
  if (digestOf(bytes) !== product.weights.digest) {
    throw new PermanentFault('study export: expected the weights of the result, got a changed file', {
      code: 'study-damaged',
      remedy: 'Delete the result and its weights and run the study again.',
    });
  }
  const id = flags.id ?? study.plan.id;
  if (!modelIdSchema.safeParse(id).success)
    throw new WrongUse(`--id: expected lower-case letters, digits and hyphens, got '${id}'`);
  const card = productCard(report, product, {
    id,
    name: flags.name ?? study.plan.name,
    license: flags.license,
  });
  const layers = exportLayersModel(readModel(bytes, supportedOperators), imageOf(study));
  const check = await verifyLayersModel(layers, bytes, createOnnxRuntimeRunner({}));
  const target = join(flags.models, id);
  await writeModelFolder(target, { card, bytes });
  await mkdir(join(target, 'tfjs'), { recursive: true });
  await writeFile(join(target, 'tfjs', layers.weights.name), layers.weights.bytes);
  await writeFile(join(target, 'tfjs', 'model.json'), `${JSON.stringify(layers.json, null, 1)}\n`);
  const differences = `scores differ by ${check.tfjs.toExponential(1)} in ${check.engine}, ${check.importer.toExponential(1)} imported again`;
  output.result(
    [
      `✓ ${target}/: card.json, ${card.file} (${bytes.length} bytes), tfjs/model.json (${differences})`,
      `  registered: \`npm start\` takes files in ./drop/${id}/`,
    ].join('\n'),
    { folder: target, card, check },
  );
}

const imageOf = ({ data: { input } }: StudyOnDisk): [number, number, number] => [
  input.channels,
  input.height,
  input.width,
];

/** The report in the folder where there is one for these results, since it may know of other sets; else anew. */
async function reportOf(study: StudyOnDisk): Promise<StudyReport> {
  const fresh = buildStudyReport(study);
  const text = await readFile(join(study.folder, studyReportKey), 'utf8').catch(() => undefined);
  if (text === undefined) return fresh;
  const written = studyReportSchema.safeParse(JSON.parse(text));
  const current =
    written.success &&
    JSON.stringify(written.data.winner) === JSON.stringify(studyReportSchema.parse(fresh).winner);
  return current ? written.data : fresh;
}
