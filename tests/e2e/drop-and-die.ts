/** `node tests/e2e/drop-and-die.ts DIR`: starts a pipeline in DIR, drops its pictures, and is killed in mid-work. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startHarness } from './pipeline-harness.ts';

const directory = process.argv[2]!;
const harness = await startHarness({
  directory,
  topology: { visibilitySeconds: 3 },
  onHandled: (queue) => {
    if (queue !== 'cpu') return;
    const { explainers, controllers } = harness.pipeline;
    for (const id of [...explainers.processIds(), ...controllers.processIds()]) process.kill(id, 'SIGKILL');
    process.kill(process.pid, 'SIGKILL');
  },
});
for (const index of [0, 1, 2, 3]) {
  await harness.dropFile(`${index}.png`, await readFile(join(directory, `${index}.png`)));
}
