import { describe, expect, it } from 'vitest';
import { leadingKeyClasses } from '../../local/iam/leading-keys.ts';

const policy = (values: unknown) => JSON.stringify({ Condition: { 'ForAllValues:StringEquals': { 'dynamodb:LeadingKeys': values } } });

describe('partition keys in a policy decision', () => {
  it('keep their name where a policy names them, and are all alike otherwise', () => {
    const classOf = leadingKeyClasses(policy(['dirty', 'batch#chunks']));
    expect(classOf(['dirty'])).toEqual(['dirty']);
    expect(classOf(['usage#1'])).toEqual(classOf(['usage#2', 'usage#3']));
    expect(classOf(['usage#1'])).not.toEqual(classOf(['dirty']));
    expect(classOf(['dirty', 'usage#1'])).toHaveLength(2);
  });

  it('are left alone where a policy compares them with a pattern', () => {
    expect(leadingKeyClasses(policy('batch#*'))(['batch#1'])).toEqual(['batch#1']);
  });
});
