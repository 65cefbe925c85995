import * as z from 'zod';
import type { FoundRun, RunFinder } from '../ports/run-finder.ts';
import { queryItems, readItem } from './dynamodb-client.ts';
import { keyOf, runOf } from './dynamodb-runs.ts';
import { controlKeys } from './tables.ts';

/** Runs as operators look for them. NOT guaranteed: that a run is listed whose trip could not write its line (it is stopped all the same). */
export function dynamodbRunFinder({ CONTROL_TABLE }: { readonly CONTROL_TABLE: string }): RunFinder {
  const read = async (feature: string, run: string): Promise<FoundRun[]> => {
    const item = await readItem(CONTROL_TABLE, keyOf(feature, run));
    return item === undefined ? [] : [{ feature, run, state: runOf(item) }];
  };
  return {
    find: async (run, features) => (await Promise.all(features.map((feature) => read(feature, run)))).flat(),
    async open(nowMs) {
      const found: FoundRun[] = [];
      for await (const { sk, atMs, evidence } of queryItems(CONTROL_TABLE, controlKeys.openRun('', '').pk)) {
        const [feature = '', run = ''] = (sk?.S ?? '').split('#');
        const [known] = await read(feature, run);
        if ((known?.state.openUntilMs ?? 0) > nowMs && known !== undefined)
          found.push({ ...known, trippedAtMs: Number(atMs?.N ?? 0), ...evidenceOf(evidence?.S) });
      }
      return found;
    },
  };
}

const flatFacts = z.record(z.string(), z.union([z.string(), z.number(), z.boolean()]));
const evidenceOf = (json: string | undefined): Pick<FoundRun, 'evidence'> =>
  json === undefined ? {} : { evidence: flatFacts.parse(JSON.parse(json)) };
