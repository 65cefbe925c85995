import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { judgeConversation } from '../../functions/core/loop/judge-conversation.ts';
import type { ContentBlock, Message } from '../../functions/core/wire/converse.ts';
import { DEFAULT_LOOP } from '../../lib/configuration/defaults.ts';
import { parseConversations, toMessages } from '../../local/replay/conversation.ts';

const FOLDER = resolve(import.meta.dirname, '../../../shared/data/agents');
const RAW = 'raw_chat_taubench.jsonl.gz';
const HASHED = 'taubench_gpt4o_airline.jsonl.gz';
const TIMED = 'lmcache_agents_timed.jsonl.gz';
const linesOf = (file: string): string[] =>
  gunzipSync(readFileSync(resolve(FOLDER, file)))
    .toString()
    .trim()
    .split('\n');

type HashedCall = { act: string; ah: string; oh: string | null; oerr: boolean };
type HashedRun = { label: { resolved?: boolean }; calls: HashedCall[]; derived: { spin6: boolean } };
const hashedRuns = (file: string): HashedRun[] => linesOf(file).map((line) => JSON.parse(line));

/** A run of which only hashes are known: equal hashes, equal texts. What the agent said to a person is no tool call. */
function converse({ act, ah, oh, oerr }: HashedCall, index: number): Message[] {
  const said: ContentBlock = act === 'respond' ? { text: ah } : { toolUse: { toolUseId: `t${index}`, name: act, input: { hash: ah } } };
  const result = { toolUseId: `t${index}`, content: [{ text: oh ?? '' }], status: oerr ? ('error' as const) : ('success' as const) };
  return [
    { role: 'assistant', content: [said] },
    { role: 'user', content: [act === 'respond' ? { text: oh ?? '' } : { toolResult: result }] },
  ];
}

const opening: Message = { role: 'user', content: [{ text: 'Do the task.' }] };
/** Whether any of the run's requests would have been refused. */
const isStopped = (messages: readonly Message[]): boolean =>
  messages.some(({ role }, end) => role === 'user' && judgeConversation(messages.slice(0, end + 1), DEFAULT_LOOP)?.level === 'trip');
const hashedIsStopped = ({ calls }: HashedRun): boolean => isStopped([opening, ...calls.flatMap(converse)]);

const absent = [RAW, HASHED, TIMED].filter((file) => !existsSync(resolve(FOLDER, file)));
describe.skipIf(absent.length > 0)(
  `real agent runs (${absent.length > 0 ? `skipped, not here: ${absent.join(', ')}` : 'recorded'})`,
  () => {
    it('are not stopped in full text where they succeeded; of those that failed, the one whose last four calls were the same refused booking', () => {
      const rewards: number[] = linesOf(RAW).map((line) => JSON.parse(line).reward);
      const runs = parseConversations(linesOf(RAW).join('\n')).map(({ run_id, messages }, index) => ({
        name: run_id,
        good: rewards[index] === 1,
        messages: toMessages(messages),
      }));
      expect(runs.filter(({ good }) => good).length).toBeGreaterThan(30);
      expect(runs.filter(({ messages }) => isStopped(messages)).map(({ name, good }) => [name, good])).toEqual([
        ['tau/airline/9/2', false],
      ]);
    });

    it('are not stopped by their hashes where they succeeded', () => {
      const good = hashedRuns(HASHED).filter(({ label }) => label.resolved === true);
      expect(good.length).toBeGreaterThan(30);
      expect(good.filter(hashedIsStopped)).toEqual([]);
    });

    it('are stopped where they spun, and only there (results unknown, so that a repeated command counts whatever came back)', () => {
      const runs = hashedRuns(TIMED);
      expect(runs.filter(({ derived }) => derived.spin6).length).toBe(3);
      expect(runs.map(hashedIsStopped)).toEqual(runs.map(({ derived }) => derived.spin6));
    });
  },
);
