import { describe, expect, it } from 'vitest';
import { allowing, statementsOf, templateOf } from '../support/synthesized.ts';

const template = templateOf();
const ORDERS_ONLY = { 'ForAllValues:StringEquals': { 'dynamodb:LeadingKeys': ['overrides'] } };

describe("the operators' overrides", () => {
  it.each(['Router', 'Gateway', 'BatchIntake'])('are read by the %s, which finds nothing else together', (name) => {
    const reading = allowing(statementsOf(template, new RegExp(`^${name}`)), 'dynamodb:Query', /Control/);
    expect(reading.map(({ Condition }) => Condition)).toEqual([ORDERS_ONLY]);
  });

  it('and their audit trail are deleted by no function', () => {
    const deleting = allowing(statementsOf(template, /./), 'dynamodb:DeleteItem', /Control/);
    expect(JSON.stringify(deleting.map(({ Condition }) => Condition))).not.toContain('overrides');
    expect(deleting.every(({ Condition }) => Condition !== undefined)).toBe(true);
  });
});
