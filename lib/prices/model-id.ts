/** A Bedrock model id taken apart: `us.` + `anthropic.claude-haiku-4-5` + `-20251001-v1:0`. */
export type BedrockId = { readonly prefix: string; readonly base: string; readonly dated: string };

const PREFIX = /^(global|us-gov|us|eu|apac|jp|au|ca|in|sa|mx)\.(?=[a-z0-9-]+\.)/;

/** `dated` keeps the date, `base` does not: the book has some models with it and some without. */
export function parseBedrockId(modelId: string): BedrockId {
  const prefix = PREFIX.exec(modelId)?.[1] ?? '';
  const dated = withoutVersion(prefix === '' ? modelId : modelId.slice(prefix.length + 1));
  return { prefix, base: withoutDate(dated), dated };
}

/** Without `-v1:0`, `-v1`, `:0`, and the context length of `:0:128k`. */
export const withoutVersion = (id: string): string => id.replace(/(-v\d+)?(:\d+)?(:\d+[km])?$/, '');
/** Without `-20251001` or `-2026-03-17`. */
export const withoutDate = (id: string): string => id.replace(/-(\d{8}|\d{4}-\d{2}-\d{2})$/, '');

/** What a vendor's list may call a pinned id: `claude-sonnet-4-20250514` is `claude-sonnet-4-0`, `gemini-2.0-flash-001` has no `-001`. */
export function vendorNames(modelId: string): readonly string[] {
  const base = withoutDate(modelId);
  return [modelId, base, `${base}-0`, base.replace(/-\d{3}$/, '')];
}
