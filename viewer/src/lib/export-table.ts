/** A run's figures as CSV (RFC 4180): one row a method. */
import type { ExplainedManifest } from '../../../shared/manifest/manifest.ts';
import { margin } from './faithfulness.ts';
import type { LoadedMethod } from './loaded-method.ts';
import type { CompletedMethod } from './manifest-store.ts';
import { regionArea, regionFigures } from './region.ts';
import type { View } from './view.ts';

// biome-ignore format: a list
const columns = [
  'run', 'model', 'version', 'class', 'probability', 'method', 'status', 'unit', 'signed', 'minimum', 'maximum',
  'gradients', 'forwards', 'milliseconds', 'completeness_gap', 'completeness_expected',
  'insertion', 'deletion', 'best_control', 'sanity', 'region_pixels', 'region_mm2', 'region_mean', 'region_sd', 'region_share', 'error',
] as const;

/** CSV with a heading; empty cells where a figure does not exist. */
export function runTable(
  manifest: ExplainedManifest,
  loaded: readonly LoadedMethod[],
  region: View['region'],
): string {
  const { model, target, runId } = manifest;
  const rows = manifest.methods.map((method) => {
    const common = [
      runId,
      model.id,
      model.version,
      target.name,
      manifest.probabilities[target.index],
      method.method,
    ];
    if (method.status === 'failed') {
      return [...common, method.status, ...Array(18).fill(''), method.error.message];
    }
    const map = loaded.find((one) => one.method.method === method.method)?.map;
    const inside = map && region ? regionFigures(map, manifest.source.placement, region) : null;
    return [
      ...common,
      method.status,
      method.unit,
      method.signed,
      ...method.range,
      method.gradients,
      method.forwards,
      method.milliseconds,
      method.completeness?.gap,
      method.completeness?.expected,
      ...trustCells(method),
      inside?.pixels,
      inside && region ? regionArea(region, manifest.source.spacing) : null,
      inside?.mean,
      inside?.deviation,
      inside?.share,
      '',
    ];
  });
  return [columns, ...rows].map((row) => `${row.map(cell).join(',')}\r\n`).join('');
}

/** Areas under the curves, the better control's insertion − deletion, and the outcome of weight randomization. */
function trustCells({ metrics: { insertionDeletion: found, randomization } }: CompletedMethod): unknown[] {
  const best = found && Math.max(margin(found.random), margin(found.edges));
  const sanity = randomization?.kind === 'checked' ? (randomization.passed ? 'passed' : 'failed') : '';
  return [found?.map.insertion, found?.map.deletion, best, sanity];
}

/** Quoted where needed; text that a spreadsheet would run as a formula gets a leading apostrophe. */
function cell(value: unknown): string {
  if (value === undefined || value === null) return '';
  if (typeof value !== 'string') return String(value);
  const safe = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
