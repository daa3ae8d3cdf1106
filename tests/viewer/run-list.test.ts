import { afterEach, describe, expect, it, vi } from 'vitest';
import { readGalleryFragment, writeGalleryFragment } from '../../viewer/src/lib/gallery-fragment.ts';
import { listedRuns } from '../../viewer/src/lib/listed-runs.ts';
import {
  countStatuses,
  everyRun,
  mergeRuns,
  modelsOf,
  runOrders,
  selectRuns,
} from '../../viewer/src/lib/run-list.ts';
import { entryOf, exampleRunId } from './fixture/example-run.ts';
import { exampleRuns } from './fixture/write-data-root.ts';

const runs = exampleRuns().map(entryOf);
const ids = (list: readonly { runId: string }[]) => list.map((run) => Number.parseInt(run.runId, 16));

describe('selectRuns', () => {
  it('shows the newest first where nothing is asked for', () => {
    expect(ids(selectRuns(runs, everyRun))).toEqual([8, 7, 6, 5, 4, 3, 2, 1]);
  });

  it('puts what failed before what partly failed before what did not', () => {
    expect(ids(selectRuns(runs, { ...everyRun, order: 'failed-first' }))).toEqual([6, 3, 7, 2, 8, 5, 4, 1]);
  });

  it('sorts by the disagreement of the methods, with runs that have none last', () => {
    const sorted = selectRuns(runs, { ...everyRun, order: 'most-disagreement' });
    const figures = sorted.map((run) => run.disagreement ?? -1);
    expect(figures).toEqual([...figures].sort((a, b) => b - a));
    expect([figures[0], sorted.at(-1)!.status]).toEqual([0.96, 'rejected']);
  });

  it('sorts by probability both ways, with runs that have none last', () => {
    const descending = selectRuns(runs, { ...everyRun, order: 'most-certain' }).map((run) => run.probability);
    expect(descending.slice(0, -1)).toEqual([...descending.slice(0, -1)].sort((a, b) => b! - a!));
    expect(descending.at(-1)).toBeNull();
    expect(selectRuns(runs, { ...everyRun, order: 'least-certain' }).at(-1)!.probability).toBeNull();
  });

  it('finds every word in class, model, error or failed method, in any case', () => {
    expect(ids(selectRuns(runs, { ...everyRun, text: 'MENINGIOMA blur-ig' }))).toEqual([7]);
    expect(ids(selectRuns(runs, { ...everyRun, text: '65,536 bytes' }))).toEqual([6]);
    expect(selectRuns(runs, { ...everyRun, text: 'meningioma glioma' })).toEqual([]);
  });

  it('keeps to a model and a status', () => {
    expect(ids(selectRuns(runs, { ...everyRun, model: 'brain-mri-resnet' }))).toEqual([4]);
    expect(ids(selectRuns(runs, { ...everyRun, status: 'partial' }))).toEqual([7, 2]);
  });
});

describe('mergeRuns', () => {
  it('keeps one entry a run, the one that arrived last, newest first', () => {
    const changed = { ...runs[3]!, error: 'changed' };
    const merged = mergeRuns(runs.slice(2), [runs[0]!, changed]);
    expect(ids(merged)).toEqual([8, 6, 5, 4, 3, 2, 1]);
    expect(merged.find((run) => run.runId === changed.runId)!.error).toBe('changed');
  });
});

describe('countStatuses and modelsOf', () => {
  it('count under the other conditions, whatever status is asked for', () => {
    const all = { complete: 4, partial: 2, failed: 1, rejected: 1 };
    expect(countStatuses(runs, { ...everyRun, status: 'failed' })).toEqual(all);
    expect(countStatuses(runs, { ...everyRun, text: 'xrai' })).toEqual({
      complete: 0,
      partial: 1,
      failed: 1,
      rejected: 0,
    });
  });

  it('list each model once, and none for files without one', () => {
    expect(modelsOf([...runs, { ...runs[2]!, runId: exampleRunId(99), modelId: null }])).toEqual([
      'brain-mri-cnn3',
      'brain-mri-resnet',
    ]);
  });
});

describe('the gallery fragment', () => {
  it('gives back every query it is given, and is empty for the default', () => {
    expect(writeGalleryFragment(everyRun)).toBe('');
    for (const order of runOrders) {
      const query = { text: 'a & b = #ü', model: 'brain-mri-cnn3', status: 'failed', order } as const;
      expect(readGalleryFragment(`#${writeGalleryFragment(query)}`)).toEqual(query);
    }
  });

  it('ignores what it does not know', () => {
    expect(readGalleryFragment('#status=broken&order=random&x=1')).toEqual(everyRun);
  });
});

describe('listedRuns', () => {
  const entry = runs[0]!;
  const made = (i: number) => ({
    ...entry,
    runId: exampleRunId(i),
    finishedAt: new Date(Date.UTC(2026, 0, 1) + i * 60_000).toISOString(),
  });
  const index = (from: number[], pages: number) => ({
    schema: 'cxai.run-index/1',
    runs: from.map(made),
    pages,
  });
  const stored: Readonly<Record<string, unknown>> = {
    'index.json': index([60, 59], 2),
    'index/page-000002.json': index([58, 57], 1),
    'index/page-000001.json': index([56, 55], 0),
  };
  const asked: string[] = [];
  const listed = async (root: string, runId: string | null) => {
    asked.length = 0;
    vi.stubGlobal('fetch', async (url: string) => {
      asked.push(url.slice(root.length));
      return new Response(JSON.stringify(stored[url.slice(root.length)]));
    });
    return ids((await listedRuns(root, '', runId))!);
  };
  afterEach(() => vi.unstubAllGlobals());

  it('reads the newest runs alone where the run is among them, and not the last', async () => {
    expect(await listed('http://a/', exampleRunId(60))).toEqual([60, 59]);
    expect(await listed('http://a/', null)).toEqual([60, 59]);
    expect(asked).toEqual(['index.json']);
  });

  it('reads older pages until the run and the one after it are known, each page once', async () => {
    expect(await listed('http://b/', exampleRunId(59))).toEqual([60, 59, 58, 57]);
    expect(await listed('http://b/', exampleRunId(57))).toEqual([60, 59, 58, 57, 56, 55]);
    expect(asked).toEqual(['index.json', 'index/page-000001.json']);
    expect(await listed('http://b/', exampleRunId(4))).toEqual([60, 59, 58, 57, 56, 55]);
  });
});
