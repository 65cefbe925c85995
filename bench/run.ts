import { readdirSync } from 'node:fs';
import type { Benchmark, Figure } from './benchmark.ts';

/** `npm run bench`: all benchmarks; `-- NAME` one; `-- --json` prints the figures as its last line. */
const [wanted] = process.argv.slice(2).filter((argument) => !argument.startsWith('--'));
const json = process.argv.includes('--json');

const files = readdirSync(import.meta.dirname).filter((file) => file.endsWith('.bench.ts'));
const benchmarks: Benchmark[] = await Promise.all(files.map(async (file) => (await import(`./${file}`)).benchmark));
const chosen = benchmarks.filter(({ name }) => wanted === undefined || name === wanted);
if (chosen.length === 0) {
  console.error(`no benchmark ${wanted}; there are: ${benchmarks.map(({ name }) => name).join(', ')}`);
  process.exit(2);
}

const results: { name: string; figures: Figure[] }[] = [];
for (const { name, about, run } of chosen) {
  console.log(`\n${name}: ${about}`);
  const figures = await run();
  for (const { metric, value, unit, baseline, ratio, target, met } of figures) {
    const against = baseline === undefined ? '' : ` (baseline ${baseline} ${unit}, ${ratio}x)`;
    console.log(
      `  ${metric}: ${value} ${unit}${against}${target === undefined ? '' : `, target ${target}: ${met === true ? 'met' : 'NOT met'}`}`,
    );
  }
  results.push({ name, figures });
}
if (json) console.log(JSON.stringify(results));
process.exit(0);
