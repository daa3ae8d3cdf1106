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

/** Family and leading bits of a range, as `infra/edge/admit.js` compares them: `198.51.100.0/24` is `4:` and 24 bits. */
export function rangeBits(range: string): string {
  const [address, length] = range.split('/') as [string, string];
  const bits = address.includes(':') ? ipv6Bits(address) : groupBits(address.split('.'), 10, 8);
  return `${address.includes(':') ? '6' : '4'}:${bits.slice(0, Number(length))}`;
}

function ipv6Bits(address: string): string {
  const [head, tail] = address.split('::').map((half) => half.split(':').filter((group) => group !== ''));
  if (!tail) return groupBits(head!, 16, 16);
  const zeros = Array.from({ length: 8 - head!.length - tail.length }, () => '0');
  return groupBits([...head!, ...zeros, ...tail], 16, 16);
}

const groupBits = (groups: readonly string[], radix: number, width: number): string =>
  groups.map((group) => Number.parseInt(group, radix).toString(2).padStart(width, '0')).join('');
