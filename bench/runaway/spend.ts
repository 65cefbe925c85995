import { playRun, sizedRuns } from '../../test/support/agent-corpus/run-sizes.ts';
import { playCourse, spendCourses } from '../../test/support/agent-corpus/spend-courses.ts';
import type { Figure } from '../benchmark.ts';
import { spread } from './burned.ts';

/** Not the seed that the thresholds were chosen with. */
const HELD_OUT = 900_000;

type Played = {
  readonly name: string;
  readonly good: boolean;
  readonly tripped: boolean;
  readonly warned: boolean;
  readonly burnedUsd: number;
};

const percent = (part: number, whole: number): number => Number(((100 * part) / whole).toPrecision(4));

function figuresOf(layer: string, played: readonly Played[]): Figure[] {
  const good = played.filter(({ good: isGood }) => isGood);
  const falsely = good.filter(({ tripped }) => tripped).length;
  const kinds = Map.groupBy(
    played.filter(({ good: isGood }) => !isGood),
    ({ name }) => name,
  );
  return [
    { metric: `${layer}: courses`, value: played.length, unit: 'courses' },
    { metric: `${layer}: healthy ones tripped`, value: falsely, unit: 'courses', target: 0, met: falsely === 0 },
    { metric: `${layer}: healthy ones warned`, value: percent(good.filter(({ warned }) => warned).length, good.length), unit: '%' },
    ...[...kinds].flatMap(([name, of]): Figure[] => [
      { metric: `${name}: tripped`, value: percent(of.filter(({ tripped }) => tripped).length, of.length), unit: '%' },
      ...spread(
        `${name}: burned`,
        'USD',
        of.map(({ burnedUsd }) => burnedUsd),
      ),
    ]),
  ];
}

/** Layer (c): money and rate. What one run, or a tree of runs, makes; and what a feature spends in ten minutes. */
export function spendFigures(): Figure[] {
  const runs = sizedRuns(50, HELD_OUT).map((run) => playRun(run));
  const courses = spendCourses(50, HELD_OUT).map((course) => playCourse(course));
  return [
    ...figuresOf(
      'sizes of runs',
      runs.map(({ run, trip, ...rest }) => ({ ...rest, name: run.name, good: run.good, tripped: trip !== undefined })),
    ),
    ...figuresOf(
      'money of ten minutes',
      courses.map(({ course, trip, ...rest }) => ({ ...rest, name: course.name, good: course.good, tripped: trip !== undefined })),
    ),
  ];
}
