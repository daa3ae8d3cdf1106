/**
 * The syntax of CloudFront's runtime cloudfront-js-2.0: ES 5.1 and what its page lists beside it. esbuild parses a
 * script for just that; what it refuses, or would have to rewrite, CloudFront does not read. Rest parameters are on the
 * page's list and not on this one: esbuild knows them and spread into a call, which is not listed, as one feature.
 * https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/functions-javascript-runtime-20.html
 */
import { type TransformFailure, transform } from 'esbuild';

const listed = {
  arrow: true,
  'async-await': true,
  'const-and-let': true,
  'exponent-operator': true,
  'template-literal': true,
};

/** What esbuild has no name for, or writes in either way. The page: "async arguments and closures are not supported". */
const unlisted: Readonly<Record<string, RegExp>> = {
  'an async closure': /\basync\s*(\(|\w+\s*=>|function\s*\()/,
  'a shorthand property': /(?<!\$)\{\s*[a-z_]\w*\s*[,}]|,\s*[a-z_]\w*\s*\}/i,
};

/** One line each; nothing where CloudFront can read the script. */
export async function syntaxFaults(code: string): Promise<string[]> {
  const odd = Object.keys(unlisted).filter((name) => unlisted[name]!.test(code));
  const transformed = async (options: object) =>
    (await transform(code, { ...options, logLevel: 'silent' })).code.split('\n');
  try {
    const written = await transformed({ target: 'esnext', supported: { 'object-extensions': false } });
    const readable = await transformed({ target: 'es5', supported: listed });
    const rewritten = written.filter((line) => !readable.includes(line));
    return [...odd, ...rewritten.map((line) => `rewritten: ${line.trim()}`)];
  } catch (error) {
    return [...odd, ...(error as TransformFailure).errors.map(({ text }) => text)];
  }
}
