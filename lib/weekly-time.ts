import { TimeZone } from 'aws-cdk-lib';
import { ScheduleExpression } from 'aws-cdk-lib/aws-scheduler';

const WEEKLY = /^(Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day ([01]?\d|2[0-3]):([0-5]\d)$/;

/** "Friday 16:00", in the organization's own time zone, summer and winter. RangeError when it is anything else. */
export function weeklyAt(at: string, timezone: string): ScheduleExpression {
  const [, day, hour, minute] = WEEKLY.exec(at) ?? [];
  if (day === undefined || hour === undefined || minute === undefined)
    throw new RangeError(`report.at is "${at}": write a day and a time, as in "Friday 16:00"`);
  return ScheduleExpression.cron({
    weekDay: day.slice(0, 3).toUpperCase(),
    hour: String(Number(hour)),
    minute: String(Number(minute)),
    timeZone: TimeZone.of(timezone),
  });
}
