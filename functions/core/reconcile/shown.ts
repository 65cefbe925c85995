const MOST_CHARACTERS = 100;

/** A word of a file as it may be kept and printed: no longer than a line, and without what a terminal would obey. */
export const shown = (text: string): string =>
  (text.length > MOST_CHARACTERS ? `${text.slice(0, MOST_CHARACTERS)}…` : text).replace(/\p{Cc}/gu, ' ');

export const quoted = (text: string): string => `"${shown(text)}"`;
