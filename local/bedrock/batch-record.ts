import { answerTo } from './answer.ts';
import { AwsError } from './aws-error.ts';
import { checkForModel, readConverse } from './converse-request.ts';
import { usageOf } from './converse-usage.ts';
import type { StandInModel } from './models.ts';
import { promptTokensOf } from './tokens.ts';

/** One line of a job's output, and what it adds to the manifest. */
export type RecordResult = { readonly line: string; readonly ok: boolean; readonly inputTokens: number; readonly outputTokens: number };

const ALLOWED = new Set(['messages', 'system', 'inferenceConfig', 'outputConfig', 'additionalModelRequestFields', 'requestMetadata']);

function checkBatchInput(input: unknown): void {
  if (input === null || typeof input !== 'object') throw new AwsError('ValidationException', 'modelInput is not an object.');
  const extra = Object.keys(input).find((key) => !ALLOWED.has(key));
  if (extra === 'toolConfig') throw new AwsError('ValidationException', 'Tool use is not supported in batch inference with Converse.');
  if (extra !== undefined) throw new AwsError('ValidationException', `extraneous key [${extra}] is not permitted`);
  if (JSON.stringify(input).includes('"cachePoint"')) {
    throw new AwsError('ValidationException', 'Prompt caching is not supported in batch inference.');
  }
}

/** Answers one record. No prompt cache in batch; a record that cannot be answered carries `error` and costs nothing. */
export function runRecord(recordId: string, modelInput: unknown, model: StandInModel, fails: boolean): RecordResult {
  try {
    if (fails) throw new AwsError('InternalServerException', 'The model could not process this record.');
    checkBatchInput(modelInput);
    const request = readConverse(modelInput);
    checkForModel(request, model);
    const answer = answerTo(request, model);
    const inputTokens = promptTokensOf(request);
    const counted = { input: inputTokens, read: 0, write5m: 0, write1h: 0 };
    const usage = usageOf(answer.usage ?? counted, answer.usage?.output ?? answer.outputTokens);
    const output = { message: { role: 'assistant', content: answer.content } };
    const modelOutput = { output, stopReason: answer.stopReason, usage, metrics: { latencyMs: answer.latencyMs } };
    return { line: JSON.stringify({ recordId, modelInput, modelOutput }), ok: true, inputTokens, outputTokens: answer.outputTokens };
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    const errorCode = error.type === 'InternalServerException' ? 500 : 400;
    const line = JSON.stringify({ recordId, modelInput, error: { errorCode, errorMessage: error.message } });
    return { line, ok: false, inputTokens: 0, outputTokens: 0 };
  }
}
