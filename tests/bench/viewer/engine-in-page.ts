/**
 * What the engine needs in a page of the built site, in Chromium, by the real worker:
 *   node tests/bench/viewer/engine-in-page.ts [threads]
 * Prints the best and the median milliseconds from question to answer of a prediction, Grad-CAM and integrated
 * gradients of 32 steps, for the bundled phantom model (128²) and a CNN of 224² × 3; and the size of the engine.
 */
import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { inferCard } from '../../../functions/common/infer-card.ts';
import { createOnnxRuntimeRunner } from '../../../functions/common/onnxruntime-runner.ts';
import type { ModelCard } from '../../../shared/manifest/model-card.ts';
import { editPlan } from '../../../viewer/src/lib/edit-plan.ts';
import { uniform } from '../../unit/engine/uniform.ts';
import { openPage } from '../../viewer/fixture/browser.ts';
import { askWorker, workerScript } from '../../viewer/fixture/engine-worker.ts';
import { writeExplainedPhantom } from '../../viewer/fixture/explained-phantom.ts';
import { openTestSite } from '../../viewer/fixture/site.ts';
import { plainCnn } from '../engine/bench-models.ts';

const threads = Number(process.argv[2] ?? 1);
const runs = 9;

const testSite = await openTestSite();
const served = await testSite.serve();
const folder = await mkdtemp(join(tmpdir(), 'cxai-bench-'));
const phantom = await writeExplainedPhantom(folder, 2, ['grad-cam']);
const { page } = await openPage(testSite.browser, `${served.url}model/`);
const script = `${served.url}${await workerScript(testSite.site)}`;

async function measure(title: string, card: ModelCard, model: Uint8Array, input: Float32Array) {
  const { channels, height, width } = card.input;
  const given = { input: { shape: [channels, height, width], data: input } };
  const plan = editPlan(phantom.explained.manifest);
  const repeated = <T>(asked: T): T[] => Array.from({ length: runs + 1 }, () => asked);
  const answers = await askWorker(page, script, [
    { call: 'start', given: { threads } },
    { call: 'open', given: { card, model } },
    ...repeated({ call: 'scores' as const, given }),
    ...repeated({ call: 'explain' as const, given: { ...given, plan, method: 'grad-cam' } }),
    ...repeated({ call: 'explain' as const, given: { ...given, plan, method: 'integrated-gradients' } }),
  ]);
  const times = answers.map(({ milliseconds }) => milliseconds);
  console.log(
    `${title}: engine started in ${times[0]!.toFixed(0)} ms, model opened in ${times[1]!.toFixed(0)} ms`,
  );
  for (const [i, what] of ['prediction', 'Grad-CAM', 'integrated gradients, 32 steps'].entries()) {
    // The first of each opens its graph.
    const own = times.slice(2 + i * (runs + 1) + 1, 2 + (i + 1) * (runs + 1)).sort((a, b) => a - b);
    console.log(`  ${what}: best ${own[0]!.toFixed(1)} ms, median ${own[runs >> 1]!.toFixed(1)} ms`);
  }
}

try {
  const phantomModel = new Uint8Array(await readFile(join(folder, 'models/phantom/model.onnx')));
  await measure('phantom, 128² × 1', phantom.card, phantomModel, phantom.explained.input.data);
  const model = plainCnn();
  const { card } = await inferCard(model, createOnnxRuntimeRunner({ threads: 1 }), { id: 'plain-cnn' });
  const { channels, height, width } = card.input;
  const input = Float32Array.from({ length: channels * height * width }, uniform(5));
  await measure(`CNN, ${height} × ${width} × ${channels}`, card, model, input);
  for (const name of (await readdir(join(testSite.site, '_astro'))).filter((file) =>
    /^(worker|ort)/.test(file),
  )) {
    const path = join(testSite.site, '_astro', name);
    const bytes = await readFile(path);
    const packed = `${gzipSync(bytes).length} gzip, ${brotliCompressSync(bytes).length} brotli`;
    console.log(`${name}: ${(await stat(path)).size} bytes, ${packed}`);
  }
} finally {
  await testSite.close();
  await rm(folder, { recursive: true, force: true });
}
