import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import type { Alerts } from '../ports/alerts.ts';
import { ANSWERS_WITHIN } from './answer-times.ts';

const sns = new SNSClient({ maxAttempts: 2, requestHandler: ANSWERS_WITHIN });
const MOST_SUBJECT = 100;

/** Alerts to the deployment's topic: a readable subject and text, and the facts as JSON. NOT guaranteed: order, or that a mail arrives. */
export function snsAlerts(env: { ALERT_TOPIC_ARN: string }): Alerts {
  return {
    async publish(alert) {
      const facts = Object.entries(alert.evidence).map(([name, value]) => `  ${name}: ${value}`);
      const Message = [alert.summary, '', `Scope: ${alert.scope}`, `Owner: ${alert.owner}`, ...facts, '', JSON.stringify(alert)].join('\n');
      const Subject = `[spillway] ${alert.kind} ${alert.scope}`.replace(/[^\x20-\x7e]/g, '?').slice(0, MOST_SUBJECT);
      await sns.send(new PublishCommand({ TopicArn: env.ALERT_TOPIC_ARN, Subject, Message }));
    },
  };
}
