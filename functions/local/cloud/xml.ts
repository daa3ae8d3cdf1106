/** XML in and out, as S3 writes it: no attributes, lists as repeated elements, text never turned into numbers. */
import { XMLBuilder, XMLParser } from 'fast-xml-parser';
import { ServiceError } from './service-error.ts';

const NAMESPACE = 'http://s3.amazonaws.com/doc/2006-03-01/';

const builder = new XMLBuilder({
  attributeNamePrefix: '@',
  ignoreAttributes: false,
  suppressEmptyNode: false,
});

const repeated = new Set([
  'Object',
  'Part',
  'Tag',
  'CORSRule',
  'AllowedMethod',
  'AllowedOrigin',
  'AllowedHeader',
  'ExposeHeader',
  'QueueConfiguration',
  'Event',
  'FilterRule',
]);

const parser = new XMLParser({
  ignoreAttributes: true,
  parseTagValue: false,
  trimValues: false,
  ignoreDeclaration: true,
  removeNSPrefix: true,
  isArray: (name) => repeated.has(name),
});

/** `undefined` members are left out. */
export function writeXml(
  root: string,
  content: Readonly<Record<string, unknown>>,
  namespace = NAMESPACE,
): string {
  const attributes = namespace === '' ? {} : { '@xmlns': namespace };
  return `<?xml version="1.0" encoding="UTF-8"?>\n${builder.build({ [root]: { ...attributes, ...content } })}`;
}

/** The content of the root element; an empty element is `''`. Throws `MalformedXML` (400). */
export function readXml(text: string, root: string): unknown {
  let document: unknown;
  try {
    document = parser.parse(text, true);
  } catch {
    throw malformedXml();
  }
  if (typeof document !== 'object' || document === null || !(root in document)) throw malformedXml();
  return withoutIndentation((document as Record<string, unknown>)[root]);
}

/** Drops the text between elements, which is only there for the eye; text of an element of its own stays as it is. */
function withoutIndentation(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(withoutIndentation);
  if (typeof node !== 'object' || node === null) return node;
  const members = Object.entries(node).filter(([name]) => name !== '#text');
  return Object.fromEntries(members.map(([name, child]) => [name, withoutIndentation(child)]));
}

export function malformedXml(): ServiceError {
  return new ServiceError(
    400,
    'MalformedXML',
    'The XML you provided was not well-formed or did not validate.',
  );
}
