/** What a caller said of an answer: the label that learned routing is built on. The last word counts. */
export type OutcomeStore = {
  record(outcome: { requestId: string; feature: string; template: string; ok: boolean; atMs: number }): Promise<void>;
};
