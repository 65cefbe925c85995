import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { generatePriceBook } from './generate-price-book.ts';

/** The package whose prices were reviewed, and the day it was published. Change both together, then read the diff of the book. */
export const REVIEWED = { name: '@pydantic/genai-prices', version: '0.1.8', asOf: '2026-09-23' } as const;

const BOOK = join(import.meta.dirname, 'price-book.json');

/** The book as its file holds it: one price a line, so that a diff shows what changed. */
export function renderPriceBook(): string {
  const installed = installedVersion();
  if (installed !== REVIEWED.version) {
    throw new RangeError(`${REVIEWED.name} ${installed} is installed but ${REVIEWED.version} was reviewed: update REVIEWED`);
  }
  const { providers, ...head } = generatePriceBook({ package: `${REVIEWED.name}@${installed}`, asOf: REVIEWED.asOf });
  const sections = Object.entries(providers).map(([provider, models]) => {
    const lines = Object.entries(models).map(([id, rows]) => `      ${JSON.stringify(id)}: ${JSON.stringify(rows)}`);
    return `    ${JSON.stringify(provider)}: {\n${lines.join(',\n')}\n    }`;
  });
  const fields = Object.entries(head).map(([key, value]) => `  ${JSON.stringify(key)}: ${JSON.stringify(value)}`);
  return `{\n${fields.join(',\n')},\n  "providers": {\n${sections.join(',\n')}\n  }\n}\n`;
}

/** Regenerates the book, in place. */
export function writePriceBook(): void {
  writeFileSync(BOOK, renderPriceBook());
}

function installedVersion(): string {
  const manifest = join(fileURLToPath(import.meta.resolve(REVIEWED.name)), '../../package.json');
  return z.object({ version: z.string() }).parse(JSON.parse(readFileSync(manifest, 'utf8'))).version;
}
