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
    access: { mode: 'networks', ranges: ['198.51.100.0/24', '2001:db8:20::/48'] },
  },
  alarms: { email: 'imaging-platform@hospital.example', oldestMessageMinutes: 60 },
  budget: { monthlyUsd: 300 },
  tags: { 'cost-center': 'radiology-research' },
};
