const WORDS = (
  'act add age ago aid aim air all and any are art ask bad bag bar bed big bit box boy bus but buy can car cup cut day dog due eat end ' +
  'eye far few fit fly for fun gas get got hit hot how ice its job key kid law lay leg let lie lot low map may men mix new nor not now ' +
  'odd off oil old one our out own pay per put raw red rid row run sad say sea see set she sit six sky son sum sun tax tea ten the tie ' +
  'too top try two use van war way wet who why win yes yet you'
).split(' ');

/**
 * Text of exactly this many tokens: a three-letter word and its space are one token for the model stand-in, for the router's estimate, and
 * nearly always for a real model. The same seed gives the same text, and begins the same at any length.
 */
export function prose(tokens: number, seed: number): string {
  // xorshift32: spread, cheap, and the same everywhere.
  let state = (Math.imul(seed + 1, 0x9e3779b1) | 1) >>> 0;
  const words: string[] = [];
  while (words.length < tokens) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    words.push(WORDS[(state >>> 0) % WORDS.length] ?? 'and');
  }
  return `${words.join(' ')} `;
}
