/**
 * Plays CloudFront on a laptop: the built site at `/`, the results bucket at `/data/`, one run of it at
 * `/shared/` for whoever holds its share link, with the headers that the deployed distribution sets.
 *
 * Answers this machine's own names only: a page from elsewhere can have its name resolve to 127.0.0.1 and would then
 * read the runs as its own (DNS rebinding), but its browser still sends that name as the host.
 */
import type { Server } from 'node:http';
import { GetObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { serve } from '@hono/node-server';
import { serveStatic } from '@hono/node-server/serve-static';
import { type Context, Hono } from 'hono';
import { shareHeader } from '../../shared/sharing/share-refusal.ts';
import { cacheControl, isolationHeaders, securityHeaders } from '../../shared/sharing/site-headers.ts';
import { redeemShare, type ShareDoor, sharedKey } from '../share/shared-files.ts';

export interface SiteOptions {
  readonly s3: S3Client;
  readonly resultsBucket: string;
  /** Folder of the built site. */
  readonly root: string;
  readonly port: number;
  readonly share: ShareDoor;
}

export interface Site {
  readonly url: string;
  close(): Promise<void>;
}

/** What the site may read of the results bucket; `pending/` and anything else stays closed. */
const readable =
  /^(index\.json|index\/page-\d{6}\.json|models\/[a-z0-9-]+\/[\w.-]+|runs\/[0-9a-f]{32}\/[\w./-]+)$/;
const changing = /^(index\.json|index\/|models\/|runs\/[0-9a-f]{32}\/manifest\.json)/;

const ownHost = /^(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/i;

export async function startSite(options: SiteOptions): Promise<Site> {
  const app = new Hono();
  app.use(async (context, next) => {
    await next();
    for (const [name, value] of Object.entries({ ...securityHeaders, ...isolationHeaders })) {
      context.header(name, value);
    }
  });
  app.use(async (context, next) => {
    if (ownHost.test(context.req.header('host') ?? '')) return next();
    return context.text('Misdirected request: this site answers localhost only.', 421);
  });
  app.get('/data/*', async (context) => {
    const key = decodeURIComponent(context.req.path.slice('/data/'.length));
    if (!readable.test(key) || key.includes('..')) return context.notFound();
    return dataResponse(options, key, context.req.header('if-none-match'));
  });
  app.get('/share/redeem', (context) => redeemShare(options.share, context.req.header(shareHeader)));
  app.get('/shared/*', async (context) => {
    const key = await sharedKey(options.share, context.req.path, context.req.header('cookie'));
    if (key instanceof Response) return key;
    return dataResponse(options, key, context.req.header('if-none-match'));
  });
  app.use('/*', serveStatic({ root: options.root, onFound: setPageCaching }));
  const server = await listen(app, options.port);
  const { port } = server.address() as { port: number };
  return {
    url: `http://127.0.0.1:${port}/`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** Built files under `_astro/` are named by their content. */
function setPageCaching(path: string, context: Context): void {
  const once = path.includes('/_astro/');
  context.header('cache-control', once ? cacheControl.writtenOnce : cacheControl.changing);
}

/** The port asked for, or any free one where it is taken. */
async function listen(app: Hono, port: number): Promise<Server> {
  const attempt = (at: number): Promise<Server> =>
    new Promise((resolve, reject) => {
      const server = serve({ fetch: app.fetch, port: at, hostname: '127.0.0.1' }, () =>
        resolve(server as Server),
      );
      server.once('error', reject);
    });
  return attempt(port).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'EADDRINUSE') return attempt(0);
    throw error;
  });
}

async function dataResponse(options: SiteOptions, key: string, etag: string | undefined): Promise<Response> {
  try {
    const object = await options.s3.send(
      new GetObjectCommand({ Bucket: options.resultsBucket, Key: key, IfNoneMatch: etag }),
    );
    return new Response(object.Body!.transformToWebStream(), {
      headers: {
        'content-type': object.ContentType ?? 'application/octet-stream',
        'content-length': String(object.ContentLength),
        'cache-control': changing.test(key) ? cacheControl.changing : cacheControl.ofRun,
        etag: object.ETag ?? '',
      },
    });
  } catch (error) {
    const status = (error as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode;
    if (status === 304) return new Response(null, { status: 304 });
    return new Response(null, { status: status === 404 ? 404 : 502 });
  }
}
