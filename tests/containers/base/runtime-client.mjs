// Lambda's runtime interface client, in short: loads the handler that the command names (`explain.handler`),
// then asks the Runtime API for one invocation after the other.
// https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
const api = `http://${process.env.AWS_LAMBDA_RUNTIME_API}/2018-06-01/runtime`;
const [file, name] = (process.argv[2] ?? process.env._HANDLER).split('.');
const fault = (error) =>
  JSON.stringify({ errorType: error?.name, errorMessage: String(error?.message ?? error) });
const post = (path, body) => fetch(`${api}/${path}`, { method: 'POST', body });

let handler;
try {
  handler = (await import(`/var/task/${file}.mjs`))[name];
  if (typeof handler !== 'function')
    throw new Error(`${file}.${name}: expected a function, got ${typeof handler}`);
} catch (error) {
  await post('init/error', fault(error));
  process.exit(1);
}
for (;;) {
  const next = await fetch(`${api}/invocation/next`);
  const id = next.headers.get('lambda-runtime-aws-request-id');
  try {
    await post(`invocation/${id}/response`, JSON.stringify((await handler(await next.json())) ?? null));
  } catch (error) {
    await post(`invocation/${id}/error`, fault(error));
  }
}
