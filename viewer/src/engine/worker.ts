/** The worker: one call in, its progress and one answer or fault out. */
import './without-eval.ts';
import { faultReport } from '../../../shared/pipeline/fault-report.ts';
import type { CallName, Calls, FromWorker, ToWorker } from './calls.ts';
import { chooseRunner } from './choose-runner.ts';
import { createExplainer, type Watch } from './explainer.ts';

let explainer: ReturnType<typeof createExplainer> | undefined;
const running = new Map<number, AbortController>();
const tell = (message: FromWorker) => postMessage(message);

async function answer(
  message: Extract<ToWorker, { call: CallName }>,
  watch: Watch,
): Promise<Calls[CallName]['answer']> {
  if (message.call === 'start') {
    const runner = await chooseRunner(message.given, watch.onProgress);
    explainer = createExplainer(runner);
    const { engine, device } = runner;
    return { engine, device, threads: message.given.threads };
  }
  // A page asks for nothing before its start is answered.
  const { open, plan, scores, explain, measure } = explainer!;
  switch (message.call) {
    case 'open':
      return open(message.given, watch);
    case 'plan':
      return plan(message.given, watch);
    case 'scores':
      return scores(message.given, watch);
    case 'explain':
      return explain(message.given, watch);
    case 'measure':
      return measure(message.given, watch);
    default:
      throw new Error(`unknown call ${String(message satisfies never)}`);
  }
}

addEventListener('message', async ({ data }: MessageEvent<ToWorker>) => {
  const { id } = data;
  if (data.call === 'cancel') return running.get(id)?.abort();
  const control = new AbortController();
  running.set(id, control);
  const onProgress = (fraction: number) => tell({ id, kind: 'progress', fraction });
  try {
    tell({ id, kind: 'answer', answer: await answer(data, { signal: control.signal, onProgress }) });
  } catch (error) {
    tell({ id, kind: 'fault', fault: faultReport(error) });
  }
  running.delete(id);
});
