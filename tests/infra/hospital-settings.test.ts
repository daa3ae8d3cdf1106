/** Settings that cannot be deployed safely are refused before anything is built, each offender named. */
import { describe, expect, it } from 'vitest';
import { hospital as example } from '../../infra/hospitals/example.ts';
import { parseHospitalSettings } from '../../infra/settings/hospital-settings.ts';
import { hospitalIds, loadHospital } from '../../infra/settings/load-hospital.ts';

const refusal = (changes: object): string => {
  try {
    parseHospitalSettings({ ...example, ...changes }, 'infra/hospitals/test.ts');
  } catch (error) {
    return (error as Error).message;
  }
  return 'accepted';
};

describe('the settings of a hospital', () => {
  it('may leave out whatever has a default', () => {
    const { id, account, region, network, viewer, alarms, budget } = example;
    const settings = parseHospitalSettings({ id, account, region, network, viewer, alarms, budget }, 'test');
    expect(settings.retention).toMatchObject({ dropDays: 14, resultsDays: null, keepData: true });
    expect(settings.lanes.gpu).toEqual({ mode: 'off' });
    expect(settings.metrics).toBe('quick');
  });

  it.each([
    ['uploads kept for a year', { retention: { dropDays: 365 } }, /retention\.dropDays/],
    ['a log length that CloudWatch lacks', { retention: { logDays: 91 } }, /retention\.logDays/],
    ['an account that is none', { account: '1234' }, /account: expected an AWS account id/],
    ['a name too long for a bucket', { id: 'the-hospital-of-a-very-long-name' }, /id: expected 2 to 20/],
    ['a mail address that is none', { alarms: { email: 'nobody' } }, /alarms\.email/],
    ['a misspelled setting', { retentoin: {} }, /retentoin/],
    [
      'everybody as viewers',
      { viewer: viewer(['0.0.0.0/0']) },
      /viewer\.access\.ranges\.0.*prefix of at least/,
    ],
    ['everybody by IPv6', { viewer: viewer(['::/0']) }, /viewer\.access\.ranges\.0/],
    ['a range that is none', { viewer: viewer(['198.51.100.0']) }, /viewer\.access\.ranges\.0/],
    [
      'a certificate from elsewhere',
      { viewer: { ...example.viewer, domain: elsewhere() } },
      /certificateArn.*us-east-1/,
    ],
    [
      'uploads that stay longer than promised with their versions',
      { retention: { dropDays: 30, dropVersionDays: 7 } },
      /retention\.dropVersionDays: .*at most 31, got 37/,
    ],
    ['a method that is none', { methods: 'gradients, smothgrad,xria' }, /methods: .*got 'smothgrad', 'xria'/],
    ['no method', { methods: '' }, /methods: expected some of all, gradients, .*xrai.*got ''/],
    ['metrics that are none', { metrics: 'all' }, /metrics: .*"none"\|"quick"\|"full"/],
    ['GovCloud', { region: 'us-gov-west-1' }, /region: .*'us-gov-west-1', which is in another partition/],
    ['China', { region: 'cn-north-1' }, /region: .*another partition/],
    [
      'a region without access logs of CloudFront',
      { region: 'eu-south-1' },
      /region: expected one of .*eu-central-1.*no access logs/,
    ],
    [
      'fewer GPU functions than a capacity provider has',
      {
        lanes: {
          gpu: { mode: 'lambda', instanceTypes: ['g6.xlarge'], maxWorkers: 2, acceleratorMemory: 24 },
        },
      },
      /lanes\.gpu\.maxWorkers: .*>=3/,
    ],
    ['a network wider than a VPC', { network: isolated('10.0.0.0/8') }, /network\.cidr: .*\/16.*got \/8/],
    ['a network of one subnet', { network: isolated('10.0.0.0/24') }, /network\.cidr: .*\/23.*got \/24/],
    ['a tag that AWS reserves', { tags: { 'aws:owner': 'x' } }, /tags/],
  ])('are refused with %s', (_, changes, message) => {
    expect(refusal(changes)).toMatch(message);
    expect(refusal(changes)).toMatch(/^infra\/hospitals\/test\.ts: /);
  });

  it.each([
    ['every method', { methods: 'all' }],
    ['some methods', { methods: 'gradients, grad-cam' }],
    ['all trust metrics', { metrics: 'full' }],
    ['the widest network', { network: isolated('10.0.0.0/16') }],
    ['the narrowest', { network: isolated('10.0.0.0/23') }],
    ['uploads that stay as long as promised', { retention: { dropDays: 24, dropVersionDays: 7 } }],
  ])('are accepted with %s', (_, changes) => {
    expect(refusal(changes)).toBe('accepted');
  });

  it('name every offender at once', () => {
    expect(refusal({ account: 'x', region: 'y' })).toMatch(/account: .*; region: /);
  });

  it('demand a VPC where GPU instances run', () => {
    const gpu = {
      mode: 'batch',
      instanceTypes: ['g5.xlarge'],
      maxWorkers: 2,
      targetMinutes: 30,
      meanTaskSeconds: 5,
      purchase: 'spot',
    };
    expect(refusal({ lanes: { gpu }, network: { mode: 'none' } })).toMatch(
      /network\.mode: expected 'isolated'/,
    );
    expect(refusal({ lanes: { gpu } })).toBe('accepted');
  });
});

describe('choosing a hospital', () => {
  it('finds every file of the folder by its name', async () => {
    for (const id of await hospitalIds()) expect((await loadHospital(id)).id).toBe(id);
  });

  it.each([undefined, 'nowhere', '../settings/load-hospital'])(
    'says which there are when asked for %s',
    async (id) => {
      await expect(loadHospital(id)).rejects.toThrow(/expected one of .*example/);
    },
  );
});

function viewer(ranges: string[]) {
  return { ...example.viewer, access: { mode: 'networks', ranges } };
}

const isolated = (cidr: string) => ({ mode: 'isolated', cidr });

function elsewhere() {
  return {
    ...example.viewer.domain,
    certificateArn: example.viewer.domain.certificateArn.replace('us-east-1', 'eu-west-1'),
  };
}
