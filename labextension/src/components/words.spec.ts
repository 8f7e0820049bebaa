import { readFileSync } from 'fs';
import { resolve } from 'path';
import { AISpaceError } from '../client';
import { english, translatorOf } from '../i18n';
import type { Catalogue } from '../i18n';
import { ERROR_WORDS } from './errorWords';
import { EVENT_WORDS } from './eventWords';
import { FIELD_WORDS } from './fieldWords';
import { namesOf } from './kinds';
import { errorText, fieldText, reasonText } from './messages';
import { presetText } from './presetWords';

const chinese = translatorOf(
  JSON.parse(
    readFileSync(
      resolve(__dirname, '../../../server_extension/aispace_server/locale/zh_CN/LC_MESSAGES/aispace.json'),
      'utf8'
    )
  ) as Catalogue
);

describe('the words of codes', () => {
  it.each([
    ['errors', ERROR_WORDS],
    ['fields', FIELD_WORDS],
    ['events', EVENT_WORDS]
  ])('%s differ between the languages and need no value to be readable', (_, words) => {
    for (const [code, word] of Object.entries(words)) {
      const said = word(chinese, {});
      expect(`${code} ${said}`).toMatch(/[一-鿿]/);
      expect(said).not.toMatch(/undefined|NaN|\[object/);
      expect(word(english, {})).not.toMatch(/undefined|NaN|\[object/);
    }
  });

  it('of fields are wholly in the language: what the server says of one is English and part of none', () => {
    const said = 'Name: an English sentence of the server.';
    for (const code of Object.keys(FIELD_WORDS)) {
      const field = { field: 'name', code, message: said, params: { message: said } };
      expect(`${code} ${fieldText(chinese, field)}`).not.toContain('English');
      expect(`${code} ${fieldText(english, field)}`).not.toContain('English');
    }
  });

  it('of fields tell the limit, each its own', () => {
    const refused = new AISpaceError(422, {
      code: 'invalid',
      message: 'x',
      details: {
        fields: [
          { field: 'replicas', message: 'x', code: 'less_than_equal', params: { le: 16 } },
          { field: 'name', message: 'x', code: 'string_too_long', params: { max_length: 50 } }
        ]
      }
    });
    expect(refused.fields.map(one => fieldText(chinese, one))).toEqual([
      '太大。最多为16。',
      '太长。最多50个字符。'
    ]);
  });

  it('of a refusal also serve a field', () => {
    expect(fieldText(chinese, { field: 'source', code: 'archive_broken', message: 'English' })).not.toContain(
      'English'
    );
  });

  it('name who uses something, and do not name whom one may not know', () => {
    const users = [
      { kind: 'model', id: 'mdl_1', name: 'digits' },
      { kind: 'service', name: 'of another user' }
    ];
    expect(namesOf(english, users)).toBe('digits, service of another user');
    expect(namesOf(chinese, users)).not.toContain('another');
    const refused = new AISpaceError(409, {
      code: 'in_use',
      message: 'x',
      details: { params: { used_by: users } }
    });
    expect(errorText(chinese, refused)).toContain('其他用户的服务');
  });

  it('know the values of a single refused field', () => {
    const refused = new AISpaceError(422, {
      code: 'invalid',
      message: 'x',
      details: { fields: [{ field: 'name', message: 'x', code: 'file_name' }], params: { limit: 64 } }
    });
    expect(fieldText(english, refused.fields[0])).toContain('1 to 64 letters');
  });

  it('of a refusal also serve as a reason', () => {
    expect(reasonText(chinese, { code: 'archive_broken', message: 'English' })).toContain('压缩包已损坏');
    expect(reasonText(chinese, { code: 'unknown_code', message: 'English' })).toBe('English');
  });

  it('tell what comes with the platform, and leave alone what people wrote', () => {
    expect(presetText(chinese, 'scikit-learn, onnxruntime and what a model server needs.')).toContain(
      '模型服务器'
    );
    expect(presetText(chinese, 'My own image')).toBe('My own image');
  });
});
