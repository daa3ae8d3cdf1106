/** `npm run check`: types, pages, style and unused code, two at a time; every complaint is shown, then it fails. */
import { spawn } from 'node:child_process';

const checks = ['check:types', 'check:pages', 'check:unused', 'check:style'];

/** Prints what the program says once it has ended, so that two never mix. */
function run(check: string): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const child = spawn('npm', ['run', '--silent', check]);
    const said: Buffer[] = [];
    child.stdout.on('data', (part: Buffer) => said.push(part));
    child.stderr.on('data', (part: Buffer) => said.push(part));
    child.once('error', reject);
    child.once('close', (code) => {
      const text = Buffer.concat(said).toString().trim();
      process.stdout.write(`${check}: ${code === 0 ? 'good' : 'failed'}\n${text ? `${text}\n` : ''}`);
      resolve(code === 0);
    });
  });
}

const waiting = [...checks];
const results: boolean[] = [];
async function worker(): Promise<void> {
  for (let next = waiting.shift(); next; next = waiting.shift()) results.push(await run(next));
}
await Promise.all([worker(), worker()]);
process.exitCode = results.every(Boolean) ? 0 : 1;
