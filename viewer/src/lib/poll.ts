/**
 * Asks again and again while the page is visible: at `interval` while answers come, with doubling pauses up
 * to `slowest` while they do not. Returns the function that stops it.
 */
export interface PollOptions {
  /** Milliseconds between answers, and the longest pause after failures. */
  readonly interval: number;
  readonly slowest: number;
}

export type PollVerdict = 'again' | 'slower' | 'stop';

export function poll(ask: (signal: AbortSignal) => Promise<PollVerdict>, options: PollOptions): () => void {
  const { interval, slowest } = options;
  const stopping = new AbortController();
  let pause = interval;
  let timer: ReturnType<typeof setTimeout> | undefined;

  const round = async () => {
    timer = undefined;
    if (document.hidden) return;
    const verdict = await ask(stopping.signal).catch((): PollVerdict => 'slower');
    if (verdict === 'stop' || stopping.signal.aborted) return stop();
    pause = verdict === 'again' ? interval : Math.min(pause * 2, slowest);
    timer = setTimeout(round, pause);
  };
  const wake = () => {
    if (!document.hidden && timer === undefined) timer = setTimeout(round, 0);
  };
  const stop = () => {
    stopping.abort();
    clearTimeout(timer);
    document.removeEventListener('visibilitychange', wake);
  };
  document.addEventListener('visibilitychange', wake);
  wake();
  return stop;
}
