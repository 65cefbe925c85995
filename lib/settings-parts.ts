/** A standard SSM parameter holds 4,096 bytes. */
const PART_BYTES = 4000;

/**
 * The text in parts that SSM stores unchanged: whole characters, counted in bytes, none beginning or ending in white space (which might be
 * trimmed). RangeError for `{{`, which SSM and CloudFormation would take for a reference.
 */
export function settingsParts(text: string, bytes = PART_BYTES): string[] {
  if (text.includes('{{')) throw new RangeError('the configuration contains "{{", which SSM cannot store: write it another way');
  const parts: string[] = [];
  for (let rest = text; rest.length > 0; ) {
    const part = cut(rest, bytes);
    if (part === '') throw new RangeError('the configuration has more white space in a row than a part of it can hold');
    parts.push(part);
    rest = rest.slice(part.length);
  }
  return parts;
}

function cut(text: string, bytes: number): string {
  let part = Buffer.from(text.slice(0, bytes)).subarray(0, bytes).toString();
  // A character cut in two decodes to the replacement character: leave it for the next part.
  while (part.length > 0 && !text.startsWith(part)) part = part.slice(0, -1);
  while (part.length < text.length && /\s$|^\s/.test(part.slice(-1) + (text[part.length] ?? ''))) part = part.slice(0, -1);
  return part;
}
