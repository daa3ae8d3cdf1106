/**
 * Lambda's Runtime API, played for one function: hands out invocations and takes the answers.
 * https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
 */
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface RuntimeApi {
  /** `host:port`, for AWS_LAMBDA_RUNTIME_API. */
  readonly address: string;
  /** Resolves when the function has loaded and asks for its first invocation; rejects where it cannot load. */
  readonly firstPoll: Promise<void>;
  invoke(event: object): Promise<unknown>;
  close(): Promise<void>;
}

export async function startRuntimeApi(): Promise<RuntimeApi> {
  const events: { readonly id: string; readonly event: object }[] = [];
  const waiting = new Map<string, { resolve(value: unknown): void; reject(error: Error): void }>();
  const started = Promise.withResolvers<void>();
  let polling: ServerResponse | undefined;
  const hand = (): void => {
    const next = polling ? events.shift() : undefined;
    if (!next) return;
    polling?.writeHead(200, {
      'lambda-runtime-aws-request-id': next.id,
      'lambda-runtime-deadline-ms': String(Date.now() + 900_000),
    });
    polling?.end(JSON.stringify(next.event));
    polling = undefined;
  };
  const server = createServer(async (request, response) => {
    const [, id, what] = /\/runtime\/(?:invocation\/)?([\w-]+)(?:\/(\w+))?$/.exec(request.url ?? '') ?? [];
    if (id === 'next') {
      polling = response;
      started.resolve();
      return hand();
    }
    const body = Buffer.concat(await request.toArray()).toString();
    response.writeHead(202).end();
    if (id === 'init') return started.reject(new Error(`init: ${body}`));
    if (what === 'response') waiting.get(id!)?.resolve(JSON.parse(body));
    else waiting.get(id!)?.reject(new Error(body));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  let count = 0;
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    firstPoll: started.promise,
    invoke: (event) =>
      new Promise((resolve, reject) => {
        count += 1;
        waiting.set(`request-${count}`, { resolve, reject });
        events.push({ id: `request-${count}`, event });
        hand();
      }),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
