/**
 * 500 drops under disturbance, against an undisturbed run. `node tests/bench/chaos.ts [drops] [seed]`
 * Exit status 1 where a manifest is missing, an object differs or anything is left over.
 */
import { runChaos } from '../e2e/chaos.ts';

const drops = Number(process.argv[2] ?? 500);
const seed = Number(process.argv[3] ?? 1);
const report = await runChaos({ drops, seed, killEvery: 2500 });
process.stdout.write(`${JSON.stringify({ drops, seed, ...report }, null, 2)}\n`);
const good = report.complete === drops && report.differences.length === 0 && report.leftOver.length === 0;
process.exit(good ? 0 : 1);
