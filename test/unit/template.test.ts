import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../local/json.ts';
import { Template } from '../../local/template.ts';
import { SMALL_TEMPLATE } from '../support/small-template.ts';

const addresses = { endpoint: () => 'http://127.0.0.1:4000', functionUrl: (id: string) => `http://127.0.0.1:4001/${id}/` };
const read = (document: JsonObject, stackName = 'small') => new Template(document, { stackName, assemblyDir: '/nowhere', addresses });
const value = (item: JsonObject) => read(SMALL_TEMPLATE).resolve(item, 'Here');

describe('a template', () => {
  it('names resources by stack and logical id, so that they are found again after a restart', () => {
    const template = read(SMALL_TEMPLATE);
    expect(template.name('Table')).toBe('small-Table');
    expect(template.ref('Jobs')).toBe('http://127.0.0.1:4000/000000000000/small-Jobs');
    expect(template.ref('Alerts')).toBe('arn:aws:sns:us-east-1:000000000000:small-Alerts');
    expect(template.name('Files')).toBe('small-files');
  });

  it('cuts a long name so that it stays different from its neighbours', () => {
    const long = (id: string) => read({ Resources: { [id]: { Type: 'AWS::IAM::Role' } } }).name(id);
    const [one, other] = [long(`${'Very'.repeat(20)}One`), long(`${'Very'.repeat(20)}Other`)];
    expect(one).toHaveLength(64);
    expect(one).not.toBe(other);
  });

  it.each([
    [{ Ref: 'Table' }, 'small-Table'],
    [{ Ref: 'AWS::Region' }, 'us-east-1'],
    [{ 'Fn::GetAtt': ['Files', 'Arn'] }, 'arn:aws:s3:::small-files'],
    [{ 'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, ':x']] }, 'arn:aws:x'],
    [{ 'Fn::Sub': `\${AWS::AccountId}/\${Table}/\${Files.Arn}/\${!Kept}` }, `000000000000/small-Table/arn:aws:s3:::small-files/\${Kept}`],
    [{ 'Fn::Sub': [`\${X}`, { X: { Ref: 'Table' } }] }, 'small-Table'],
    [{ 'Fn::Select': [2, { 'Fn::Split': ['/', 'https://host/path'] }] }, 'host'],
  ])('resolves %j', (item, expected) => {
    expect(value(item)).toBe(expected);
  });

  it('leaves out what refers to no value', () => {
    expect(value({ A: 'x', B: { Ref: 'AWS::NoValue' } })).toEqual({ A: 'x' });
  });

  it.each([
    [{ 'Fn::ImportValue': 'other-stack' }, 'Fn::ImportValue'],
    [{ 'Fn::If': ['C', 'a', 'b'] }, 'Fn::If'],
    [{ Ref: 'Missing' }, 'Missing'],
    [{ 'Fn::GetAtt': ['Table', 'StreamArn'] }, 'StreamArn'],
  ])('refuses %j and says where and what', (item, what) => {
    expect(() => value(item)).toThrow(what);
  });

  it('refuses to name a resource of a type that it does not know', () => {
    const template = read({ Resources: { Odd: { Type: 'AWS::EC2::Instance' } } });
    expect(() => template.ref('Odd')).toThrow('Odd');
  });

  it('asks for addresses only when a value needs them', () => {
    let url: string | undefined;
    const place = {
      stackName: 's',
      assemblyDir: '',
      addresses: {
        endpoint: () => {
          if (url === undefined) throw new Error('asked before the port was bound');
          return url;
        },
        functionUrl: () => '',
      },
    };
    const template = new Template(SMALL_TEMPLATE, place);
    expect(template.output('Table')).toBe('s-Table');
    url = 'http://127.0.0.1:1';
    expect(template.output('Queue')).toBe('http://127.0.0.1:1/000000000000/s-Jobs');
    expect(template.outputResource('Queue')).toBe('Jobs');
  });
});
