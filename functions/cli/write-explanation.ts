/** What `cxai explain` leaves behind: per image the maps, pictures and manifest; one report page for all. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { html, raw } from 'hono/html';
import type { Raster } from '../../shared/imaging/raster.ts';
import type { ModelCard } from '../../shared/manifest/model-card.ts';
import { overlay } from '../../shared/render/overlay.ts';
import { renderMap } from '../../shared/render/render-map.ts';
import { writeNpy } from '../../shared/tensor/npy.ts';
import { encodePng } from '../common/encode-png.ts';
import type { ExplainedImage } from '../common/explain-image.ts';

/** `manifest.json`, `image.png`, `input.npy`, and `<method>.npy` (raw map), `<method>.png` (overlay) each. */
export async function writeExplanation(folder: string, explained: ExplainedImage): Promise<void> {
  const { manifest, image, input, runs } = explained;
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'manifest.json'), `${JSON.stringify(manifest, null, 2)}\n`);
  await writeFile(join(folder, 'image.png'), await encodePng(image));
  await writeFile(join(folder, 'input.npy'), writeNpy(input));
  const covered = placementIn(image, manifest.source);
  for (const [method, { map, signed }] of runs) {
    await writeFile(join(folder, `${method}.npy`), writeNpy(map));
    const picture = overlay(image, renderMap(map, signed, { limit: 'robust' }), { covered, opacity: 0.8 });
    await writeFile(join(folder, `${method}.png`), await encodePng(picture));
  }
}

/** The rectangle a map covers, in pixels of the (perhaps smaller) rendering. */
function placementIn(image: Raster, { width, height, placement }: ExplainedImage['manifest']['source']) {
  const [sx, sy] = [image.width / width, image.height / height];
  return {
    x: placement.x * sx,
    y: placement.y * sy,
    width: placement.width * sx,
    height: placement.height * sy,
  };
}

interface Explained {
  readonly name: string;
  readonly explained: ExplainedImage;
}

/** One static page, pictures by relative address. Returns its path. */
export async function writeReport(
  out: string,
  card: ModelCard,
  images: readonly Explained[],
): Promise<string> {
  const path = join(out, 'report.html');
  const page = await html`<!doctype html>
    <html lang="en">
      <meta charset="utf-8" />
      <meta name="viewport" content="width=device-width" />
      <title>CXAI report: ${card.name}</title>
      <style>
        ${raw(styles)}
      </style>
      <h1>${card.name} <small>research use only, no diagnosis</small></h1>
      ${images.map(section)}
    </html> `;
  await writeFile(path, page.toString());
  return path;
}

function section({ name, explained }: Explained) {
  const { manifest, runs } = explained;
  const percent = (value: number) => `${(100 * value).toFixed(1)} %`;
  const classes = manifest.model.classes
    .map((label, index) => `${label} ${percent(manifest.probabilities[index] ?? 0)}`)
    .join(' · ');
  return html`<section>
    <h2>${name} <small>explained class: ${manifest.target.name} · ${classes}</small></h2>
    ${manifest.warnings.map((warning) => html`<p class="warning">${warning}</p>`)}
    <div class="grid">
      <figure><img src="${address(name, 'image.png')}" alt="the image" /><figcaption>image</figcaption></figure>
      ${manifest.methods.map((result) =>
        result.status === 'failed'
          ? html`<figure class="failed"><figcaption>${result.method} failed: ${result.error.message}</figcaption></figure>`
          : html`<figure>
              <img src="${address(name, `${result.method}.png`)}" alt="${result.method} over the image" />
              <figcaption>
                ${result.method} · ${result.gradients} gradients · ${result.milliseconds.toFixed(0)} ms · range
                ${result.range.map((value) => value.toPrecision(3)).join(' … ')} ${runs.get(result.method)?.unit}
                ${
                  result.completeness
                    ? `· gap ${result.completeness.gap.toPrecision(2)} of ${result.completeness.expected.toPrecision(3)}`
                    : ''
                }
              </figcaption>
            </figure>`,
      )}
    </div>
  </section>`;
}

const address = (folder: string, file: string): string =>
  `${encodeURIComponent(folder)}/${encodeURIComponent(file)}`;

const styles = `
  body { margin: 24px; background: #0b0d10; color: #e6e9ee; font: 14px/1.5 system-ui, sans-serif; }
  small, figcaption { color: #9aa4b2; font-weight: 400; font-size: 12px; }
  .grid { display: grid; grid-template-columns: repeat(auto-fill, minmax(220px, 1fr)); gap: 16px; }
  figure { margin: 0; padding: 8px; background: #14181d; border-radius: 4px; }
  img { width: 100%; background: #000; image-rendering: pixelated; display: block; }
  .warning, .failed figcaption { color: #ffb020; }`;
