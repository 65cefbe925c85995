import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { number } from './dynamodb-client.ts';

/** What `UpdateItem` takes, apart from table and key. */
export type UpdateParts = {
  readonly UpdateExpression: string;
  readonly ConditionExpression?: string;
  readonly ExpressionAttributeNames: Record<string, string>;
  readonly ExpressionAttributeValues?: Record<string, AttributeValue>;
};

/** Collects one conditional update. Attribute names may hold any character: each becomes a placeholder. */
export class UpdateExpression {
  readonly #names = new Map<string, string>();
  readonly #values: Record<string, AttributeValue> = {};
  readonly #set: string[] = [];
  readonly #add: string[] = [];
  readonly #remove: string[] = [];
  readonly #conditions: string[] = [];

  set(attribute: string, value: AttributeValue): this {
    this.#set.push(`${this.#name(attribute)} = ${this.#value(value)}`);
    return this;
  }

  add(attribute: string, amount: bigint): this {
    this.#add.push(`${this.#name(attribute)} ${this.#value(number(amount))}`);
    return this;
  }

  remove(attribute: string): this {
    this.#remove.push(this.#name(attribute));
    return this;
  }

  whenAbsent(attribute: string): this {
    return this.#when(`attribute_not_exists(${this.#name(attribute)})`);
  }

  whenPresent(attribute: string): this {
    return this.#when(`attribute_exists(${this.#name(attribute)})`);
  }

  whenEqual(attribute: string, value: AttributeValue): this {
    return this.#when(`${this.#name(attribute)} = ${this.#value(value)}`);
  }

  whenAtLeast(attribute: string, amount: bigint): this {
    return this.#when(`${this.#name(attribute)} >= ${this.#value(number(amount))}`);
  }

  whenAbsentOrAtMost(attribute: string, amount: bigint): this {
    return this.#whenAbsentOr(attribute, `<= ${this.#value(number(amount))}`);
  }

  whenAbsentOrBelow(attribute: string, amount: number): this {
    return this.#whenAbsentOr(attribute, `< ${this.#value(number(amount))}`);
  }

  /** A counter that is still what the caller saw; one that was never written counts as zero. */
  whenCounterIs(attribute: string, seen: bigint): this {
    return seen === 0n ? this.#whenAbsentOr(attribute, `= ${this.#value(number(seen))}`) : this.whenEqual(attribute, number(seen));
  }

  parts(): UpdateParts {
    const clauses = [clause('SET', this.#set), clause('ADD', this.#add), clause('REMOVE', this.#remove)];
    return {
      UpdateExpression: clauses.filter((text) => text !== '').join(' '),
      ...(this.#conditions.length === 0 ? {} : { ConditionExpression: this.#conditions.join(' AND ') }),
      ExpressionAttributeNames: Object.fromEntries([...this.#names].map(([attribute, placeholder]) => [placeholder, attribute])),
      ...(Object.keys(this.#values).length === 0 ? {} : { ExpressionAttributeValues: this.#values }),
    };
  }

  #when(condition: string): this {
    this.#conditions.push(condition);
    return this;
  }

  #whenAbsentOr(attribute: string, comparison: string): this {
    const name = this.#name(attribute);
    return this.#when(`(attribute_not_exists(${name}) OR ${name} ${comparison})`);
  }

  #name(attribute: string): string {
    const known = this.#names.get(attribute) ?? `#a${this.#names.size}`;
    this.#names.set(attribute, known);
    return known;
  }

  #value(value: AttributeValue): string {
    const placeholder = `:v${Object.keys(this.#values).length}`;
    this.#values[placeholder] = value;
    return placeholder;
  }
}

const clause = (keyword: string, actions: readonly string[]) => (actions.length === 0 ? '' : `${keyword} ${actions.join(', ')}`);
