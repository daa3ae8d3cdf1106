/**
 * One image of this device at a time: read, planned, explained by every method, measured. Whatever is wanted
 * instead (another image, model or class) aborts what is under way, and an answer that comes late is dropped.
 */
import { version } from '../../../../package.json';
import type { SourceImage } from '../../../../shared/imaging/source-image.ts';
import type { MethodResult } from '../../../../shared/manifest/method-result.ts';
import type { Plan } from '../../../../shared/manifest/plan.ts';
import type { PlannedStudy } from '../../engine/calls.ts';
import type { Engine } from '../../engine/engine.ts';
import type { AttributionMap } from '../../lib/attribution-map.ts';
import { explainAll, measureAll } from '../../lib/explain-all.ts';
import { failureOf } from '../../lib/failure-of.ts';
import type { LoadFailure } from '../../lib/fetch-json.ts';
import { openImage } from '../../lib/open-image.ts';

export interface Trial {
  readonly image: SourceImage | null;
  readonly study: PlannedStudy | null;
  /** Methods that have ended, in the order they did, and the maps of those that have one. */
  readonly results: readonly MethodResult[];
  readonly maps: Readonly<Record<string, AttributionMap>>;
  /** Methods of the plan that have not ended. */
  readonly missing: readonly string[];
  /** The method at work, null while none is, and its finished fraction. */
  readonly current: string | null;
  readonly fraction: number;
  readonly failure: LoadFailure | null;
  /** Reads an image; it is explained at once where a model is open, else by `explain`. */
  take(file: File): Promise<void>;
  /** Explains the image that is here, if one is, by the model that is open. */
  explain(): Promise<void>;
  /** Another class of the same image: every method again. */
  explainClass(target: Plan['target']): Promise<void>;
  cancel(): void;
  resume(): Promise<void>;
  /** Another model is on its way: the image stays, what the last one said of it goes. */
  leaveModel(): void;
}

/** `openedEngine` gives the engine once a model is open in it, else null. */
export function newTrial(openedEngine: () => Engine | null): Trial {
  let image = $state.raw<SourceImage | null>(null);
  let study = $state.raw<PlannedStudy | null>(null);
  let results = $state.raw<readonly MethodResult[]>([]);
  let maps = $state.raw<Readonly<Record<string, AttributionMap>>>({});
  let current = $state<string | null>(null);
  let fraction = $state(0);
  let failure = $state.raw<LoadFailure | null>(null);
  let newest: File | null = null;
  let wanted = new AbortController();

  const missing = $derived(
    study?.plan.methods
      .map(({ method }) => method)
      .filter((name) => !results.some(({ method }) => method === name)) ?? [],
  );

  function cancel() {
    wanted.abort();
    current = null;
  }

  /** Aborts what is under way; the signal is that of what comes instead. Each step that can fail says so in the page. */
  async function instead(title: string, work: (signal: AbortSignal) => Promise<void>) {
    cancel();
    wanted = new AbortController();
    const { signal } = wanted;
    failure = null;
    try {
      await work(signal);
    } catch (error) {
      if (!signal.aborted) failure = failureOf(title, error);
    }
  }

  async function planned(taken: SourceImage, signal: AbortSignal) {
    const engine = openedEngine();
    if (!engine) return;
    const answer = await engine.call('plan', { image: taken, software: `cxai ${version}` }, { signal });
    if (signal.aborted) return;
    study = answer;
    results = [];
    maps = {};
    await explainMissing(engine, answer, signal);
  }

  async function explainMissing(engine: Engine, subject: PlannedStudy, signal: AbortSignal) {
    const events = {
      progress: (method: string, finished: number) => {
        if (signal.aborted) return;
        current = method;
        fraction = finished;
      },
      ended: (result: MethodResult, map: AttributionMap | null) => {
        if (signal.aborted) return;
        results = [...results, result];
        if (map) maps = { ...maps, [result.method]: map };
      },
    };
    await explainAll(engine, subject, missing, { signal, events });
    if (signal.aborted) return;
    current = null;
    const measured = (result: MethodResult) => {
      if (!signal.aborted) results = results.map((one) => (one.method === result.method ? result : one));
    };
    await measureAll(engine, subject, { results, maps }, { signal, measured });
  }

  async function explain() {
    const here = image;
    if (here) await instead('This image cannot be explained', (signal) => planned(here, signal));
  }

  async function take(file: File) {
    cancel();
    newest = file;
    image = null;
    study = null;
    failure = null;
    try {
      const taken = await openImage(file);
      if (newest !== file) return;
      image = taken;
    } catch (error) {
      if (newest === file) failure = failureOf('This file cannot be explained', error);
      return;
    }
    await explain();
  }

  return {
    get image() {
      return image;
    },
    get study() {
      return study;
    },
    get results() {
      return results;
    },
    get maps() {
      return maps;
    },
    get missing() {
      return missing;
    },
    get current() {
      return current;
    },
    get fraction() {
      return fraction;
    },
    get failure() {
      return failure;
    },
    cancel,
    take,
    explain,
    async explainClass(target) {
      const [engine, before] = [openedEngine(), study];
      if (!engine || !before) return;
      const other = { ...before, plan: { ...before.plan, target } };
      study = other;
      results = [];
      maps = {};
      await instead('This class cannot be explained', (signal) => explainMissing(engine, other, signal));
    },
    async resume() {
      const [engine, here] = [openedEngine(), study];
      if (!engine || !here) return;
      await instead('This image cannot be explained', (signal) => explainMissing(engine, here, signal));
    },
    leaveModel() {
      cancel();
      study = null;
      failure = null;
    },
  };
}
