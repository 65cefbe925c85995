import { SESClient, SendRawEmailCommand } from '@aws-sdk/client-ses';
import MailComposer from 'nodemailer/lib/mail-composer/index.js';
import { SpillwayError } from '../core/errors.ts';
import type { Mail, Mailer } from '../ports/mailer.ts';

/** What people have to do about the refusals that SES is known for. */
const ADVICE: Readonly<Record<string, string>> = {
  MessageRejected: 'verify the sender (and, in the SES sandbox, every recipient) in this region',
  MailFromDomainNotVerifiedException: 'finish the DNS records of the MAIL FROM domain',
  AccountSendingPausedException: 'SES has paused sending for this account: see the SES console',
  AccessDenied: 'the function may not send as this identity: deploy again with the report.from in use',
};

/** Mail by SES, MIME by nodemailer's composer. NOT guaranteed: that a mail whose answer was lost did not go. SES may also bounce it later. */
export function sesMailer(client: SESClient = new SESClient({ maxAttempts: 2 })): Mailer {
  return {
    async send(mail) {
      const raw = await new MailComposer({ ...mail, to: [...mail.to], attachments: [...mail.attachments] }).compile().build();
      try {
        const { MessageId } = await client.send(
          new SendRawEmailCommand({ Source: mail.from, Destinations: [...mail.to], RawMessage: { Data: raw } }),
        );
        return { messageId: MessageId ?? 'unknown' };
      } catch (error) {
        throw refusedBy(error, mail);
      }
    },
  };
}

function refusedBy(cause: unknown, mail: Mail): SpillwayError {
  const name = cause instanceof Error ? cause.name : 'Unknown';
  const advice = ADVICE[name] ?? 'look for the cause in the function’s log';
  return new SpillwayError('mail_refused', `SES refused the mail from ${mail.from} (${name}): ${advice}`, { cause });
}
