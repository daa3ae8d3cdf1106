/**
 * The gallery's list: merging what arrives, filtering, sorting, counting. Pure; the newest entry of a run wins.
 */
import type { RunEntry } from '../../../shared/manifest/run-index.ts';

export type RunStatus = RunEntry['status'];
export const runStatuses = ['complete', 'partial', 'failed', 'rejected'] as const satisfies RunStatus[];
export const runOrders = [
  'newest',
  'most-certain',
  'least-certain',
  'most-disagreement',
  'failed-first',
] as const;
export type RunOrder = (typeof runOrders)[number];

export interface RunQuery {
  /** Every word must occur in the class, model, id, status, error or a failed method's name. */
  readonly text: string;
  readonly model: string | null;
  readonly status: RunStatus | null;
  readonly order: RunOrder;
}

export const everyRun: RunQuery = { text: '', model: null, status: null, order: 'newest' };

/** `known` with `arrived` put before it, newest first, one entry per run. */
export function mergeRuns(known: readonly RunEntry[], arrived: readonly RunEntry[]): RunEntry[] {
  const byId = new Map<string, RunEntry>();
  for (const run of [...known, ...arrived]) byId.set(run.runId, run);
  return [...byId.values()].sort(byNewest);
}

/** The runs a query shows, in its order. */
export function selectRuns(runs: readonly RunEntry[], query: RunQuery): RunEntry[] {
  const words = query.text.toLowerCase().split(/\s+/).filter(Boolean);
  return runs
    .filter(
      (run) =>
        (query.status === null || run.status === query.status) &&
        (query.model === null || run.modelId === query.model) &&
        words.every((word) => searchable(run).includes(word)),
    )
    .sort(comparators[query.order]);
}

/** How many runs have each status, under the query's other conditions. */
export function countStatuses(runs: readonly RunEntry[], query: RunQuery): Record<RunStatus, number> {
  const counts: Record<RunStatus, number> = { complete: 0, partial: 0, failed: 0, rejected: 0 };
  for (const run of selectRuns(runs, { ...query, status: null })) counts[run.status]++;
  return counts;
}

/** Model ids in the list, in alphabetical order. */
export function modelsOf(runs: readonly RunEntry[]): string[] {
  return [...new Set(runs.flatMap((run) => run.modelId ?? []))].sort();
}

function searchable(run: RunEntry): string {
  return [run.target, run.modelId, run.runId, run.status, run.error, ...run.failedMethods]
    .filter((text) => text !== null)
    .join(' ')
    .toLowerCase();
}

const byNewest = (a: RunEntry, b: RunEntry): number =>
  b.finishedAt.localeCompare(a.finishedAt) || a.runId.localeCompare(b.runId);

const trouble: Record<RunStatus, number> = { rejected: 0, failed: 0, partial: 1, complete: 2 };

const comparators: Record<RunOrder, (a: RunEntry, b: RunEntry) => number> = {
  newest: byNewest,
  'most-certain': (a, b) => (b.probability ?? -1) - (a.probability ?? -1) || byNewest(a, b),
  'least-certain': (a, b) => (a.probability ?? 2) - (b.probability ?? 2) || byNewest(a, b),
  'most-disagreement': (a, b) => (b.disagreement ?? -1) - (a.disagreement ?? -1) || byNewest(a, b),
  'failed-first': (a, b) => trouble[a.status] - trouble[b.status] || byNewest(a, b),
};
