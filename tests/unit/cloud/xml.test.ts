import { describe, expect, it } from 'vitest';
import { readXml, writeXml } from '../../../functions/local/cloud/xml.ts';

describe('XML', () => {
  it('reads what it wrote, whatever the text', () => {
    const content = { Object: [{ Key: ' <a>&"\'\n é🩻 ' }, { Key: '007' }], Quiet: 'true' };
    expect(readXml(writeXml('Delete', content), 'Delete')).toEqual(content);
  });

  it('does not mind indentation', () => {
    const text = '<?xml version="1.0"?>\n<Delete>\n  <Object>\n    <Key> k </Key>\n  </Object>\n</Delete>\n';
    expect(readXml(text, 'Delete')).toEqual({ Object: [{ Key: ' k ' }] });
  });

  it.each([
    '',
    'text',
    '<Delete>',
    '<Other/>',
    '<Delete></Delete><Delete/>x<',
    '<!DOCTYPE a [<!ENTITY x "y">]><Delete>&x;',
  ])('refuses %j', (text) => {
    expect(() => readXml(text, 'Delete')).toThrow(
      expect.objectContaining({ code: 'MalformedXML', status: 400 }),
    );
  });
});
