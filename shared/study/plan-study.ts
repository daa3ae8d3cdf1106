/** A specification and its prepared data -> the jobs: every configuration with every seed, content-addressed. */
import type { StudyPlan, StudySpec } from '../manifest/study.ts';
import type { StudyData } from '../manifest/study-data.ts';
import { expandSearch } from './expand-search.ts';
import { jobKeyOf } from './job-key.ts';

export function planStudy(spec: StudySpec, { digest }: Pick<StudyData, 'digest'>): StudyPlan {
  const jobs = expandSearch(spec.search).flatMap((configuration) =>
    spec.seeds.map((seed) => {
      const job = { configuration, training: spec.training, seed };
      return { key: jobKeyOf(job, digest), job };
    }),
  );
  return {
    schema: 'cxai.study-plan/1',
    id: spec.id,
    name: spec.name ?? spec.id,
    dataDigest: digest,
    split: spec.split,
    jobs,
  };
}
