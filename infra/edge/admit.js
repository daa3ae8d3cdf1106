// Part of the CloudFront viewer-request functions: is the caller in one of the hospital's networks?
// `networks` (put in front of this at synthesis) holds each range as its family and leading bits: '4:1100'.
// Runtime cloudfront-js-2.0: ES 5.1 and little more (no destructuring, spread, shorthand or classes), no modules, no
// timers, no network, 10 kB of code, about 1 ms; tests/infra/support/edge-syntax.ts holds every script here to it.
// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/functions-javascript-runtime-20.html

const groupBits = (groups, radix, width) =>
  groups.map((group) => Number.parseInt(group, radix).toString(2).padStart(width, '0')).join('');

// '198.51.100.7' -> '4:' and 32 bits; '2001:db8::1' -> '6:' and 128 bits.
function addressBits(address) {
  if (!address.includes(':')) return `4:${groupBits(address.split('.'), 10, 8)}`;
  const halves = address.split('::').map((half) => half.split(':').filter((group) => group !== ''));
  const head = halves[0];
  const tail = halves[1];
  if (!tail) return `6:${groupBits(head, 16, 16)}`;
  const zeros = new Array(8 - head.length - tail.length).fill('0');
  return `6:${groupBits(head.concat(zeros, tail), 16, 16)}`;
}

// null: everybody may pass here, since CloudFront itself has checked a signed cookie or no data lies there.
// biome-ignore lint/correctness/noUnusedVariables: called by the functions this stands in front of
function admitted(address) {
  if (networks === null) return true;
  const own = addressBits(address);
  return networks.some((network) => own.startsWith(network));
}

// biome-ignore lint/correctness/noUnusedVariables: called by the functions this stands in front of
function refuse(statusCode, statusDescription) {
  return {
    statusCode: statusCode,
    statusDescription: statusDescription,
    headers: { 'cache-control': { value: 'no-store' } },
  };
}
