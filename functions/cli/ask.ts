/** Questions on a terminal: they go to standard error, so that standard output holds the result alone. */
import { createInterface } from 'node:readline/promises';

/** Puts one question; resolves to '' where the default is taken. */
export type Ask = (question: string) => Promise<string>;

export async function onTerminal<T>(work: (ask: Ask) => Promise<T>): Promise<T> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return await work((text) => terminal.question(text));
  } finally {
    terminal.close();
  }
}
