/**
 * Says what became of each dropped file: receipts tie a file name to its run (in the drop bucket only), and
 * the catalog says when a run's manifest is there. Either may come first.
 */
import { manifestKey } from '../../shared/manifest/keys.ts';
import { type Manifest, manifestSchema } from '../../shared/manifest/manifest.ts';
import { type Receipt, receiptSchema } from '../../shared/manifest/receipt.ts';
import { readJson } from '../common/json-object.ts';
import type { ObjectStore } from '../common/object-store.ts';

export interface FileOutcome {
  /** `<model>/<file>`: for the console of the one who dropped it, nowhere else. */
  readonly name: string;
  readonly runId: string;
  readonly manifest: Manifest;
}

export interface FileReport {
  /** A receipt was written under this key. */
  received(key: string): Promise<void>;
  /** The manifest of this run is there. */
  finished(runId: string): Promise<void>;
}

export function createFileReport(
  drop: ObjectStore,
  results: ObjectStore,
  onOutcome: (outcome: FileOutcome) => void,
): FileReport {
  const waiting = new Map<string, Set<string>>();

  async function settle(runId: string): Promise<void> {
    const stored = await readJson(results, manifestKey(runId), manifestSchema);
    if (!stored) return;
    const names = waiting.get(runId) ?? [];
    waiting.delete(runId);
    for (const name of names) onOutcome({ name, runId, manifest: stored.value });
  }

  return {
    async received(key) {
      const stored = await readJson<Receipt>(drop, key, receiptSchema);
      if (!stored) return;
      const { runId, key: dropped } = stored.value;
      const names = waiting.get(runId) ?? new Set();
      waiting.set(runId, names.add(dropped.split('/').slice(1).join('/')));
      await settle(runId);
    },
    finished: settle,
  };
}
