/** Plan, prepared data and results -> the report. Copes with missing and diverged jobs; the order of results is free. */
import type { Configuration, StudyPlan, TrainingSettings } from '../manifest/study.ts';
import type { StudyData } from '../manifest/study-data.ts';
import type { Assessment, ReportedConfiguration, StudyReport } from '../manifest/study-report.ts';
import type { StudyResult } from '../manifest/study-result.ts';
import { canonicalJson } from '../pipeline/canonical-json.ts';
import { assess } from './assess.ts';
import { effectsOf, variedHyperparameters } from './hyperparameter-effects.ts';
import { reportedData } from './report-data.ts';
import { leakedTestImages } from './split-images.ts';
import { type Spread, spreadOf } from './spread.ts';

export interface StudyFindings {
  readonly data: StudyData;
  /** Every result on these data, those of seeds beyond the plan included. */
  readonly results: readonly StudyResult[];
}

export interface ReportSources extends StudyFindings {
  readonly plan: StudyPlan;
  /** The same images split one by one, with the winner's configuration trained on it. */
  readonly naive?: StudyFindings;
  readonly external?: StudyReport['external'];
}

export function buildStudyReport({ plan, data, results, naive, external = [] }: ReportSources): StudyReport {
  const configurations = plannedConfigurations(plan, results);
  const varied = variedHyperparameters(configurations.map(({ configuration }) => configuration));
  const winner = winnerOf(plan, results, data);
  const naiveReport = winner && naive ? naiveOf(winner, naive) : null;
  const states = (...wanted: ReportedConfiguration['state'][]): number =>
    configurations.filter(({ state }) => wanted.includes(state)).length;
  return {
    schema: 'cxai.study-report/1',
    id: plan.id,
    name: plan.name,
    data: reportedData(data),
    training: plan.jobs[0]!.job.training,
    varied,
    configurations,
    effects: effectsOf(varied, configurations),
    winner,
    naive: naiveReport,
    external: [...external],
    totals: {
      configurations: configurations.length,
      finished: states('all-epochs', 'early-stopping'),
      diverged: states('diverged'),
      missing: states('missing'),
      seconds: results.reduce((sum, { seconds }) => sum + seconds, 0),
      trainingFlops: results.reduce((sum, result) => sum + trainingFlops(result), 0),
      engines: [...new Set(results.map(({ engine }) => engine))].sort(),
    },
    notes: notesOf(data, configurations),
  };
}

const sameTraining = (a: TrainingSettings, b: TrainingSettings): boolean =>
  canonicalJson(a) === canonicalJson(b);
const sameConfiguration = (a: Configuration, b: Configuration): boolean =>
  canonicalJson(a) === canonicalJson(b);

/** Each configuration once, with the run of its first planned seed that has a result. */
function plannedConfigurations(plan: StudyPlan, results: readonly StudyResult[]): ReportedConfiguration[] {
  const byKey = new Map(results.map((result) => [result.key, result]));
  const jobs = new Map<string, StudyPlan['jobs']>();
  for (const entry of plan.jobs) {
    const name = canonicalJson(entry.job.configuration);
    jobs.set(name, [...(jobs.get(name) ?? []), entry]);
  }
  return [...jobs.values()].map((entries) => {
    const { key, job } = entries.find((entry) => byKey.has(entry.key)) ?? entries[0]!;
    return reported(key, job.configuration, job.seed, byKey.get(key));
  });
}

function reported(
  key: string,
  configuration: Configuration,
  seed: number,
  result: StudyResult | undefined,
): ReportedConfiguration {
  if (result === undefined) {
    return { key, configuration, seed, state: 'missing', epochs: [], best: null, cost: null };
  }
  const { epochs, bestEpoch, validation, test, parameters, flops, seconds, threads, trainingImages } = result;
  const times = epochs.map((epoch) => epoch.seconds).sort((a, b) => a - b);
  const median = times[Math.floor(times.length / 2)]!;
  return {
    key,
    configuration,
    seed,
    state: result.ended,
    epochs,
    best: {
      epoch: bestEpoch,
      validation: { loss: validation.loss, accuracy: validation.accuracy },
      test: test && { loss: test.loss, accuracy: test.accuracy },
    },
    cost: {
      parameters,
      flops,
      trainingFlops: trainingFlops(result),
      seconds,
      imagesPerSecond: median > 0 ? trainingImages / median : null,
      threads,
    },
  };
}

/** A step is a forward pass, the gradient of its activations and that of its weights: three of a forward's cost. */
const trainingFlops = ({ flops, trainingImages, epochs }: StudyResult): number =>
  3 * flops * trainingImages * epochs.length;

/** Highest validation accuracy, then lowest validation loss. */
const better = (a: StudyResult, b: StudyResult): number =>
  b.validation.accuracy - a.validation.accuracy || a.validation.loss - b.validation.loss;

/**
 * Chosen among the planned configurations by the run of their first seed (all were given the same chance), never by
 * the test part. Its other seeds may come from another plan in the same folder.
 */
function winnerOf(plan: StudyPlan, results: readonly StudyResult[], data: StudyData): StudyReport['winner'] {
  const planned = plannedConfigurations(plan, results).map(({ key }) => key);
  const [best] = results.filter(({ key }) => planned.includes(key)).sort(better);
  if (best === undefined) return null;
  const { configuration, training, parameters, flops } = best;
  const runs = results
    .filter(
      (result) =>
        sameConfiguration(result.configuration, configuration) && sameTraining(result.training, training),
    )
    .sort((a, b) => a.seed - b.seed);
  const seeds = runs.map((run) => seedOf(run, data));
  return {
    configuration,
    training,
    parameters,
    flops,
    seeds,
    product: runs.toSorted(better)[0]!.key,
    test: summaryOf(
      seeds.flatMap(({ test }) => test ?? []),
      data.classes,
    ),
  };
}

const seedOf = ({ key, seed, bestEpoch, validation, test }: StudyResult, { classes, images }: StudyData) => ({
  key,
  seed,
  bestEpoch,
  validationAccuracy: validation.accuracy,
  test: test && assess(test, classes, images),
});

function summaryOf(tests: readonly Assessment[], classes: readonly string[]) {
  if (tests.length === 0) return null;
  const positive = classes.length - 1;
  const of = (figure: (test: Assessment) => number | null): Spread | null =>
    spreadOf(tests.flatMap((test) => figure(test) ?? []));
  return {
    accuracy: of(({ accuracy }) => accuracy)!,
    groupAccuracy: of(({ byGroup }) => byGroup?.accuracy ?? null),
    auc: of((test) => test.classes[positive]!.auc),
    sensitivity: of((test) => test.classes[positive]!.sensitivity),
    specificity: of((test) => test.classes[positive]!.specificity),
    expectedCalibrationError: of(({ calibration }) => calibration.expectedError)!,
    brier: of(({ calibration }) => calibration.brier)!,
  };
}

function naiveOf(
  winner: NonNullable<StudyReport['winner']>,
  { data, results }: StudyFindings,
): StudyReport['naive'] {
  const seeds = results
    .filter(
      (result) =>
        sameConfiguration(result.configuration, winner.configuration) &&
        sameTraining(result.training, winner.training) &&
        result.test !== null,
    )
    .sort((a, b) => a.seed - b.seed)
    .map((run) => seedOf(run, data));
  const test = summaryOf(
    seeds.flatMap((seed) => seed.test ?? []),
    data.classes,
  );
  if (test === null) return null;
  return {
    dataDigest: data.digest,
    seeds,
    test,
    leaked: leakedTestImages(data.images),
    testImages: data.images.filter(({ part }) => part === 'test').length,
    difference: winner.test === null ? null : test.accuracy.mean - winner.test.accuracy.mean,
  };
}

function notesOf(data: StudyData, configurations: readonly ReportedConfiguration[]): string[] {
  const count = (state: ReportedConfiguration['state']): number =>
    configurations.filter((configuration) => configuration.state === state).length;
  const test = data.images.filter(({ part }) => part === 'test').length;
  const notes = ['Research use only: not a medical device, no diagnosis.'];
  if (test > 0) {
    const point = `One test image is ${(100 / test).toFixed(2)} points of accuracy`;
    notes.push(`${point}: differences below a few images are chance, whatever the digits say.`);
  }
  if (data.split.by === 'image') {
    notes.push(
      'Images were split one by one: near-duplicates of test images were trained on, so figures flatter.',
    );
  }
  if (data.split.by === 'upright-group') {
    notes.push(
      'Mirrored and turned copies of test images may have been trained on: they were taken for others.',
    );
  }
  if (count('diverged') > 0) {
    notes.push(`${count('diverged')} configurations diverged; they count with the weights they had before.`);
  }
  if (count('missing') > 0) notes.push(`${count('missing')} configurations have no result yet.`);
  const left = Object.values(data.unreadable).reduce((sum, files) => sum + files, 0);
  if (left > 0) notes.push(`${left} files were left out of the data.`);
  return notes;
}
