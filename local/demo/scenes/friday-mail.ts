import { z } from 'zod';
import { type DemoContext, runSchedule } from '../demo-context.ts';

const inboxSchema = z.object({
  emails: z.array(
    z.object({
      subject: z.string(),
      body: z.object({ text: z.string().optional(), html: z.string().optional() }),
      attachments: z.array(z.unknown()).optional(),
    }),
  ),
});

/** The Friday e-mail of the made-up past. Answers the address of the page that it links to. */
export async function fridayMail(context: DemoContext): Promise<string> {
  const { screen, inboxUrl } = context;
  screen.heading('The Friday e-mail');
  await runSchedule(context, 'wasteReport');
  const { emails } = inboxSchema.parse(await (await fetch(new URL('/store', inboxUrl))).json());
  const mail = emails.findLast(({ subject }) => subject.includes('AI spend'));
  if (mail === undefined) throw new Error('the Friday e-mail did not arrive');
  const link = /https?:\/\/\S+\/reports\/\S+\?t=[\w-]+/.exec(mail.body.text ?? mail.body.html ?? '')?.[0];
  if (link === undefined) throw new Error('the Friday e-mail has no link to its page');
  screen.line(`to ${context.settings.report.to.join(', ')}: "${mail.subject}", ${mail.attachments?.length ?? 0} spreadsheets attached`);
  return link;
}
