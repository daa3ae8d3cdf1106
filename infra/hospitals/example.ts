/** A hospital to copy: `cp example.ts <id>.ts`, change every value, `cdk deploy --all -c hospital=<id>`. */
import type { HospitalInput } from '../settings/hospital-settings.ts';

export const hospital: HospitalInput = {
  id: 'example',
  account: '111122223333',
  region: 'eu-central-1',
  retention: { dropDays: 14, logDays: 90 },
  lanes: {
    cpu: { memoryMegabytes: 5308, timeoutSeconds: 900, concurrency: 50 },
    gpu: { mode: 'off' },
  },
  network: { mode: 'isolated', cidr: '10.20.0.0/20' },
  viewer: {
    domain: {
      name: 'explain.hospital.example',
      certificateArn: 'arn:aws:acm:us-east-1:111122223333:certificate/00000000-0000-4000-8000-000000000000',
    },
    access: { mode: 'networks', ranges: ['198.51.100.0/24', '2001:db8:20::/48'] },
  },
  alarms: { email: 'imaging-platform@hospital.example', oldestMessageMinutes: 60 },
  budget: { monthlyUsd: 300 },
  tags: { 'cost-center': 'radiology-research' },
};
