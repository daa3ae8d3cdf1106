/** One command deploys: in which order, what it leaves where, and where it stops. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { ObjectStore } from '../../functions/common/object-store.ts';
import { deployHospital } from '../../infra/deploy-hospital.ts';
import { hospital as example } from '../../infra/hospitals/example.ts';
import { parseHospitalSettings } from '../../infra/settings/hospital-settings.ts';

const settings = parseHospitalSettings({ ...example, id: 'clinic', account: '222233334444' }, 'test');
const done: string[] = [];
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cxai-deploy-'));
  await writeFile(join(folder, 'index.html'), 'page');
});
afterAll(() => rm(folder, { recursive: true }));
beforeEach(() => {
  done.length = 0;
});

const tools = (cdk: (...parameters: readonly string[]) => Promise<ReadonlyMap<string, string>>) => ({
  cdk,
  buildSite: async () => {
    done.push('build');
    return folder;
  },
  store: (bucket: string) =>
    ({
      write: async (key: string) => void done.push(`${bucket.split('-')[2]} ${key}`),
    }) as unknown as ObjectStore,
  openSharing: async (...given: readonly string[]) => void done.push(`share ${given.join(' ')}`),
  tell: () => undefined,
});

const deployed = tools(async (...parameters) => {
  done.push(`cdk ${parameters.join(' ')}`);
  return new Map([['sharestorearn', 'arn:aws:cloudfront::222233334444:key-value-store/1']]);
});

describe('deploying a hospital', () => {
  it('builds the site, deploys every stack, publishes, and registers the model of the first try and the canary', async () => {
    await deployHospital(settings, ['--require-approval', 'never'], deployed);
    expect(done).toEqual([
      'build',
      'cdk deploy --all -c hospital=clinic --require-approval never',
      'site index.html',
      'results models/phantom/model.onnx',
      'results models/phantom/card.json',
      'results models/canary/model.onnx',
      'results models/canary/card.json',
    ]);
  });

  it('puts the key of share links where CloudFront reads it, where sharing is on', async () => {
    const sharing = { ...settings, viewer: { ...settings.viewer, sharing: 'on' as const } };
    await deployHospital(sharing, [], deployed);
    expect(done.at(-1)).toBe(
      'share cxai/clinic/share-key arn:aws:cloudfront::222233334444:key-value-store/1',
    );
    const partial = tools(async () => new Map());
    await expect(deployHospital(sharing, [], partial)).rejects.toMatchObject({ code: 'share-store-unknown' });
  });

  it('publishes nothing where the stacks were not deployed', async () => {
    const refused = tools(async () => {
      throw new Error('rolled back');
    });
    await expect(deployHospital(settings, [], refused)).rejects.toThrow('rolled back');
    expect(done).toEqual(['build']);
  });

  it.each([[['--profile', 'clinic']], [['--require-approval', 'never', '--profile=clinic']]])(
    'refuses a profile that only the CDK would use: %j',
    async (more) => {
      await expect(deployHospital(settings, more, deployed)).rejects.toMatchObject({
        code: 'deploy-profile',
        remedy: expect.stringContaining('AWS_PROFILE='),
      });
      expect(done).toEqual([]);
    },
  );

  it('refuses the example, whose account is nobody’s', async () => {
    const copied = parseHospitalSettings(example, 'test');
    await expect(deployHospital(copied, [], deployed)).rejects.toMatchObject({ code: 'hospital-example' });
    expect(done).toEqual([]);
  });
});
