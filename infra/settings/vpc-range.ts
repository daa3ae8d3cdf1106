/** Address range of the private network: as wide as a VPC may be, and wide enough for a /24 in each of two zones. */
import { z } from 'zod';

/** https://docs.aws.amazon.com/vpc/latest/userguide/vpc-cidr-blocks.html */
const widestPrefix = 16;
/** infra/constructs/private-network.ts: two subnets of /24. */
const narrowestPrefix = 23;

const prefixOf = (range: string): number => Number(range.split('/')[1]);

export const vpcRange = z
  .cidrv4('expected an address range such as 10.20.0.0/20')
  .refine((range) => prefixOf(range) >= widestPrefix && prefixOf(range) <= narrowestPrefix, {
    error: ({ input }) =>
      `expected a prefix of /${widestPrefix} (the most a VPC may have) to /${narrowestPrefix} (two subnets of /24), got /${prefixOf(String(input))}: take a range such as 10.20.0.0/20`,
  });
