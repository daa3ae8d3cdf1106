/** A small plan of the phantom model: one method, and whatever else a test is about. */
import type { Plan } from '../../../shared/manifest/plan.ts';

const digest = `sha256:${'a'.repeat(64)}`;

export const examplePlan = (part: Partial<Plan> & Pick<Plan, 'runId'>): Plan => ({
  schema: 'cxai.plan/1',
  model: { id: 'phantom', version: '1', digest },
  source: {
    pixelDigest: digest,
    format: 'png',
    width: 8,
    height: 8,
    channels: 1,
    bitDepth: 8,
    spacing: null,
    window: [0, 255],
    placement: { x: 0, y: 0, width: 8, height: 8 },
  },
  scores: [0, 1],
  target: { index: 1, name: 'lesion', chosen: 'predicted' },
  methods: [{ method: 'gradients', options: {}, lane: 'cpu' }],
  metrics: 'quick',
  warnings: [],
  provenance: {
    software: 'cxai 0',
    commit: 'c',
    seed: 0,
    traceId: 'd'.repeat(32),
    createdAt: '2030-01-01T00:00:00.000Z',
  },
  ...part,
});
