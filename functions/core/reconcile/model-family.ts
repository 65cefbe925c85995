/** `us.anthropic.`, `meta.`: geography and vendor of a Bedrock id. A vendor is followed by a letter, a version by a digit. */
const OWNER_OF_ID = /^(?:(?:global|us-gov|[a-z]{2,4})\.)?[a-z0-9]+\.(?=[a-z])/;
/** The vendor, where a bill puts it before a model's name. */
const OWNER_OF_NAME = /^(?:amazon|anthropic|deepseek|google|meta|mistral ai|moonshot ai|nvidia|openai|xai)[ -]?(?=[a-z])/;
const EDITION = / *\((?:amazon )?bedrock edition\)$/;
/** `-v1:0`, ` v2`, `-1:0`. */
const VERSION = /-\d+:\d+$|(?:[ -]v\d+)?(?::\w+)*$/;
/** Release dates: they stand in ids and not in bills. */
const DATE_DIGITS = 4;
/** Longer than any name of a model. */
const MOST_CHARACTERS = 200;

/**
 * What a model's id and its name in a bill have in common: its letters in their order, then its numbers in theirs. So
 * `us.anthropic.claude-haiku-4-5-20251001-v1:0`, `Claude4.5Haiku`, `Claude Haiku 4.5 (Amazon Bedrock Edition)` are one family, and
 * `Nova2.0Lite` is `amazon.nova-2-lite-v1:0`, not `amazon.nova-lite-v1:0`. Source of the spellings: AWS Price List, usage types of the offers
 * AmazonBedrock, AmazonBedrockService and AmazonBedrockFoundationModels, as of 2026-10.
 */
export function familyOf(nameOrId: string): string {
  const bare = nameOrId
    .slice(0, MOST_CHARACTERS)
    .toLowerCase()
    .replace(EDITION, '')
    .replace(OWNER_OF_ID, '')
    .replace(OWNER_OF_NAME, '')
    .replace(VERSION, '');
  const letters = bare.replace(/[^a-z]/g, '').replace('instruct', '');
  const numbers = (bare.replace(/\.0(?!\d)/g, '').match(/\d+/g) ?? []).filter((digits) => digits.length < DATE_DIGITS);
  return [letters, ...numbers].join(' ');
}
