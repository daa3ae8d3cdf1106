/** An address range in CIDR form, IPv4 or IPv6. A range that lets everybody in is refused. */
import { z } from 'zod';

const widestPrefix = { ipv4: 8, ipv6: 16 };

const narrow = (range: string): boolean =>
  Number(range.split('/')[1]) >= (range.includes(':') ? widestPrefix.ipv6 : widestPrefix.ipv4);

export const addressRange = z
  .union([z.cidrv4(), z.cidrv6()], 'expected an address range such as 203.0.113.0/24')
  .refine(
    narrow,
    `expected a prefix of at least /${widestPrefix.ipv4} (IPv4) or /${widestPrefix.ipv6} (IPv6)`,
  );
