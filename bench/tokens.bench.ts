import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { countTokens as cl100k } from 'gpt-tokenizer/encoding/cl100k_base';
import { countTokens as o200k } from 'gpt-tokenizer/encoding/o200k_base';
import { textTokens } from '../functions/core/token-estimate.ts';
import type { Benchmark, Figure } from './benchmark.ts';

/** Prompts are measured in pieces of this many characters: a document's average would hide a page that is under-estimated. */
const PIECE = 2_000;
/** Agents' real conversations, where there are any: the project ships none. */
const TRACES = process.env['SPILLWAY_TRACES'] ?? '';

const ROOT = resolve(import.meta.dirname, '..');
const filesUnder = (folder: string, ending: RegExp): string[] =>
  readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => ending.test(file))
    .map((file) => readFileSync(join(ROOT, folder, file), 'utf8'));

/** What people and programs send: prose, code, data, logs, other scripts. */
function corpora(): Record<string, string> {
  const trace = join(TRACES, 'raw_chat_taubench.jsonl.gz');
  return {
    'English prose': filesUnder('docs', /\.md$/).join('\n'),
    TypeScript: filesUnder('functions', /\.ts$/).join('\n'),
    JSON: readFileSync(join(ROOT, 'package-lock.json'), 'utf8').slice(0, 400_000),
    YAML: readFileSync(join(ROOT, 'spillway.yaml'), 'utf8'),
    'log lines': Array.from(
      { length: 2_000 },
      (_, at) => `2026-11-25T23:${at % 60}:07.${at}Z ERROR req-${at * 7919} 10.0.${at % 256}.7 GET /v1/x?id=${at}`,
    ).join('\n'),
    'hex and base64': Array.from({ length: 2_000 }, (_, at) =>
      Buffer.from(`${at} ${at * 104_729}`.repeat(3)).toString(at % 2 === 0 ? 'hex' : 'base64'),
    ).join('\n'),
    ...Object.fromEntries(Object.entries(SAMPLES).map(([name, text]) => [name, `${text} `.repeat(40)])),
    ...(existsSync(trace) ? { 'agents’ conversations': conversations(gunzipSync(readFileSync(trace)).toString()) } : {}),
  };
}

const conversations = (jsonl: string): string =>
  jsonl
    .split('\n')
    .filter((line) => line !== '')
    .slice(0, 40)
    .map((line) => JSON.stringify(JSON.parse(line).messages))
    .join('\n');

const SAMPLES: Readonly<Record<string, string>> = {
  German: 'Die Rechnungsprüfung der vergangenen Woche zeigt, dass zwei Lieferanten ihre Zahlungsbedingungen eigenmächtig geändert haben.',
  French: 'L’équipe a relevé une hausse inhabituelle des dépenses liées aux résumés automatiques; un rapport détaillé suivra vendredi.',
  Russian: 'Отчёт за прошлую неделю показывает, что расходы на модели выросли втрое, хотя число запросов почти не изменилось.',
  Arabic: 'يُظهر تقرير الأسبوع الماضي أن الإنفاق على النماذج ارتفع ثلاث مرات بينما بقي عدد الطلبات كما هو تقريبًا.',
  Hindi: 'पिछले सप्ताह की रिपोर्ट बताती है कि मॉडलों पर खर्च तीन गुना हो गया, जबकि अनुरोधों की संख्या लगभग वही रही।',
  Chinese: '上周的报告显示，模型支出增加了三倍，而请求数量几乎没有变化，需要负责人在周五之前说明原因。',
  Japanese: '先週の報告によると、リクエスト数はほとんど変わらないのに、モデルの費用が三倍に増えていることが分かりました。',
  Korean: '지난주 보고서에 따르면 요청 수는 거의 변하지 않았지만 모델 비용은 세 배로 늘어났습니다.',
  emoji: '🚀 Deploy failed 😱 again — see 👩🏽‍💻 notes 📎 and ✅ the checklist, then ping 🧑‍🚒 on-call ☎️.',
};

type Ratios = {
  readonly p5: number;
  readonly p50: number;
  readonly p95: number;
  readonly least: number;
  readonly under: number;
  readonly pieces: number;
};

/** Estimate over true count, piece by piece. */
function ratiosOf(text: string, count: (text: string) => number): Ratios {
  const pieces = text.match(new RegExp(`[\\s\\S]{1,${PIECE}}`, 'gu')) ?? [];
  const ratios = pieces.slice(0, 200).map((piece) => textTokens(piece) / count(piece));
  const sorted = ratios.toSorted((a, b) => a - b);
  const at = (share: number): number => Number((sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0).toFixed(3));
  return {
    p5: at(0.05),
    p50: at(0.5),
    p95: at(0.95),
    least: at(0),
    under: sorted.filter((ratio) => ratio < 1).length,
    pieces: sorted.length,
  };
}

/** How far the local estimate is from real tokenizers: what it holds too much, and whether it is ever under. */
export const benchmark: Benchmark = {
  name: 'tokens',
  about: `the local upper estimate against two real vocabularies, in pieces of ${PIECE} characters (SPILLWAY_TRACES adds recorded conversations)`,
  async run() {
    const figures: Figure[] = [];
    for (const [corpus, text] of Object.entries(corpora())) {
      for (const [vocabulary, count] of [
        ['o200k', o200k],
        ['cl100k', cl100k],
      ] as const) {
        const { p50, p95, least, under, pieces } = ratiosOf(text, count);
        const name = `${corpus}, ${vocabulary}`;
        figures.push({ metric: `${name}: estimate / true p50`, value: p50, unit: 'x', baseline: 1, ratio: p50 });
        figures.push({ metric: `${name}: p95`, value: p95, unit: 'x', baseline: 1, ratio: p95 });
        figures.push({ metric: `${name}: least`, value: least, unit: 'x', baseline: 1, ratio: least });
        figures.push({ metric: `${name}: under-estimated`, value: under, unit: `of ${pieces}`, target: 0, met: under === 0 });
      }
    }
    return figures;
  },
};
