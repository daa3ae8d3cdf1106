/**
 * `cxai average`: the mean attribution over many images, one for each method and class: where the model looks in
 * general. One bad image never stops the others.
 */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { type AttributionSum, attributionSum } from '../../shared/attribution/mean-attribution.ts';
import { Cancelled } from '../../shared/errors.ts';
import type { MethodPlan } from '../../shared/manifest/plan.ts';
import { renderMap } from '../../shared/render/render-map.ts';
import { writeNpy } from '../../shared/tensor/npy.ts';
import { encodePng } from '../common/encode-png.ts';
import { type ExplainedImage, explainImage } from '../common/explain-image.ts';
import { provenanceOf } from '../common/provenance.ts';
import { newTraceId } from '../common/trace-id.ts';
import { type ExplainFlags, prepare } from './explain-command.ts';
import { imagesIn } from './image-paths.ts';
import type { Output } from './output.ts';

interface Sums {
  readonly target: string;
  readonly method: string;
  readonly signed: boolean;
  readonly unit: string;
  readonly sum: AttributionSum;
}

/** Returns the number of images that failed. */
export async function averageCommand(
  paths: readonly string[],
  flags: Omit<ExplainFlags, 'metrics'>,
  output: Output,
): Promise<number> {
  const images = await imagesIn(paths);
  const { opened, seed, ...bench } = await prepare({ ...flags, metrics: 'none' }, output);
  const interrupt = new AbortController();
  process.once('SIGINT', () => interrupt.abort());
  const sums = new Map<string, Sums>();
  const progress = output.progress(`${images.length} images`);
  let failures = 0;
  for (const [index, path] of images.entries()) {
    try {
      const found = await explainImage(new Uint8Array(await readFile(path)), {
        ...bench,
        classifier: opened.classifier,
        explained: opened.explained,
        runner: opened.runner,
        extension: extname(path),
        signal: interrupt.signal,
        provenance: provenanceOf({ commit: 'local', seed, traceId: newTraceId(), createdAt: new Date() }),
      });
      for (const explained of found) addTo(sums, explained);
      const failed = found
        .flatMap(({ manifest }) => manifest.methods)
        .find(({ status }) => status === 'failed');
      if (failed) failures += 1;
      if (failed?.status === 'failed') output.note(`  ✗ ${path}: ${failed.method}: ${failed.error.message}`);
    } catch (error) {
      failures += 1;
      output.failure(path, error);
      if (error instanceof Cancelled) break;
    }
    progress.set((index + 1) / images.length);
  }
  progress.done();
  await opened.release();
  await write(flags.out, sums, bench.methods, output);
  return failures;
}

function addTo(sums: Map<string, Sums>, { manifest, runs }: ExplainedImage): void {
  for (const [method, { map, signed, unit }] of runs) {
    const key = `${manifest.target.index}-${method}`;
    const known = sums.get(key) ?? {
      target: manifest.target.name,
      method,
      signed,
      unit,
      sum: attributionSum(),
    };
    sums.set(key, known);
    known.sum.add(map);
  }
}

/** `<class index>-<method>.npy`, `-magnitude.npy`, `-deviation.npy`, `.png` (mean), and `average.json`. */
async function write(
  out: string,
  sums: ReadonlyMap<string, Sums>,
  methods: readonly MethodPlan[],
  output: Output,
): Promise<void> {
  await mkdir(out, { recursive: true });
  const entries: object[] = [];
  for (const [name, { target, method, signed, unit, sum }] of sums) {
    const { count, mean, magnitude, deviation } = sum.result();
    await writeFile(join(out, `${name}.npy`), writeNpy(mean));
    await writeFile(join(out, `${name}-magnitude.npy`), writeNpy(magnitude));
    await writeFile(join(out, `${name}-deviation.npy`), writeNpy(deviation));
    await writeFile(join(out, `${name}.png`), await encodePng(renderMap(mean, signed, { limit: 'robust' })));
    const options = methods.find((planned) => planned.method === method)?.options;
    const entry = { class: target, method, options, count, signed, unit, map: `${name}.npy` };
    entries.push(entry);
    output.result(`✓ ${method}, ${target}: mean of ${count}   → ${join(out, `${name}.png`)}`, entry);
  }
  await writeFile(join(out, 'average.json'), `${JSON.stringify(entries, null, 2)}\n`);
}
