import { afterAll, describe, expect, it } from 'vitest';
import { dynamodbGates } from '../../functions/adapters/dynamodb-gates.ts';
import { startDynalite } from '../support/dynalite.ts';
import { changesOf, overheard, type Weakening, weakened } from '../support/weakened-writes.ts';
import { freshLeaves, type GateCase } from './gate-store/gate-case.ts';
import { GATE_CASES } from './gate-store/gate-cases.ts';

const atMost = (attribute: string) => `(attribute_not_exists(${attribute}) OR ${attribute} <= :v)`;
const absent = (attribute: string) => `attribute_not_exists(${attribute})`;
/** A counter that is what the caller saw: never written, or this value. */
const counter = (attribute: string) => [`(attribute_not_exists(${attribute}) OR ${attribute} = :v)`, `${attribute} = :v`];

const NEW = [absent('h#'), '(attribute_not_exists(w) OR w < :v)', atMost('p#*'), atMost('p#')];
const CAPS = [atMost('d#'), atMost('m#')];
const FUNDED = 'al# >= :v';

/** All that gate writes ask for, by the write: "only if" in docs/storage.md. */
const CONDITIONS: Readonly<Record<string, readonly string[]>> = {
  hold: [...NEW, ...CAPS, atMost('hr#'), FUNDED, absent('openUntil')],
  probe: [...NEW, ...CAPS, atMost('hr#'), FUNDED, 'openUntil = :v'],
  unhold: ['h# = :v'],
  claim: ['attribute_exists(h#)', '(attribute_not_exists(w) OR w < :v)'],
  'claim, write 2': ['attribute_exists(h#)'],
  settle: ['attribute_exists(h#)'],
  grant: [...counter('g#'), ...CAPS, FUNDED],
  take: counter('in#'),
  giveBack: [...counter('out#'), FUNDED],
  accept: [...counter('bk#'), 'attribute_exists(d#)'],
  openChunk: [absent('b#'), ...CAPS, FUNDED, atMost('p#*'), absent('openUntil')],
  sealChunk: ['b# = :v'],
  settleChunk: ['b# = :v'],
  setBreaker: [...counter('trips'), absent('openUntil'), 'openUntil = :v', absent('probe'), 'probe = :v'],
};

/** Raising the watermark to where it is changes nothing. */
const isHarmless = ({ write, change }: Weakening) => write === 'claim' && change === 'is off by one';

const WEAKENINGS: readonly Weakening[] = Object.entries(CONDITIONS)
  .flatMap(([write, terms]) => terms.flatMap((term) => changesOf(term).map((change) => ({ write, term, change }))))
  .filter((weakening) => !isHarmless(weakening));

const dynalite = await startDynalite();
afterAll(() => dynalite.stop());
const gates = dynamodbGates({ CONTROL_TABLE: dynalite.controlTable });

/** The cases that make use of each term, found by running them all. */
const users = new Map<string, Set<GateCase>>();
const keyOf = ({ write, term }: { write: string; term: string }) => `${write}: ${term}`;
for (const one of GATE_CASES) {
  const use = (write: string, term: string) => {
    const key = keyOf({ write, term });
    users.set(key, (users.get(key) ?? new Set()).add(one));
  };
  await one[1](freshLeaves(overheard(gates, use)));
}

/** The broken promise; undefined when none is. A write that DynamoDB does not understand proves nothing. */
async function brokenPromise(weakening: Weakening): Promise<string | undefined> {
  const fresh = freshLeaves(weakened(gates, weakening));
  for (const [promise, prove] of users.get(keyOf(weakening)) ?? []) {
    const failure: unknown = await prove(fresh).catch((error: unknown) => error);
    if (failure instanceof Error && failure.name === 'AssertionError') return promise;
    if (failure !== undefined) throw failure;
  }
  return undefined;
}

describe('the conditions of gate writes', () => {
  it('are these and no others', () => {
    const listed = Object.entries(CONDITIONS).flatMap(([write, terms]) => terms.map((term) => keyOf({ write, term })));
    expect([...users.keys()].toSorted()).toEqual(listed.toSorted());
  });

  it.each(WEAKENINGS)('break a promise of the store when in $write the term $term $change', async (weakening) => {
    expect(await brokenPromise(weakening)).toBeDefined();
  });
});
