/** Keyed hashes of texts: equal within one deployment, meaningless outside it. What is kept in place of prompts. */
export type Fingerprints = { of(text: string): Promise<string> };
