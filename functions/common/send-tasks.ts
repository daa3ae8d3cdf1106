/** One task per planned method to its lane, then the `sent` mark: after it nobody sends this plan again. */
import { sentKey } from '../../shared/manifest/keys.ts';
import type { Lane, Plan } from '../../shared/manifest/plan.ts';
import type { Task } from '../../shared/manifest/task.ts';
import type { Services } from './services.ts';

export async function sendTasks(
  { tasks, results }: Pick<Services, 'tasks' | 'results'>,
  plan: Plan,
): Promise<void> {
  for (const lane of ['cpu', 'gpu'] satisfies Lane[]) {
    const messages = plan.methods
      .filter((planned) => planned.lane === lane)
      .map(
        ({ method }): Task => ({
          schema: 'cxai.task/1',
          runId: plan.runId,
          method,
          traceId: plan.provenance.traceId,
        }),
      );
    if (messages.length > 0) await tasks.send(lane, messages, plan.model.id);
  }
  await results.writeOnce(sentKey(plan.runId), '', 'text/plain');
}
