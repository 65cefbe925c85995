import type { AwsCall } from '../backend.ts';
import { isObject, type Json, type JsonObject, parseObject } from '../json.ts';

/** What SES and IAM look at in a mail. Addresses without display names. */
export type Mail = { readonly from: string; readonly recipients: readonly string[]; readonly raw: boolean; readonly bytes: number };

/** The mail in a call of SES v1 (form) or v2 (JSON); undefined when the call sends none. */
export function readMail(call: AwsCall): Mail | undefined {
  if (call.method !== 'POST') return undefined;
  if (call.url.startsWith('/v2/email/outbound-emails')) return mailOfV2(parseObject(call.body));
  return (call.headers['content-type'] ?? '').includes('x-www-form-urlencoded')
    ? mailOfV1(new URLSearchParams(call.body.toString('utf8')))
    : undefined;
}

function mailOfV1(form: URLSearchParams): Mail | undefined {
  const members = (prefix: string) => [...form].filter(([name]) => name.startsWith(prefix)).map(([, value]) => addressIn(value));
  if (form.get('Action') === 'SendRawEmail') {
    const message = Buffer.from(form.get('RawMessage.Data') ?? '', 'base64');
    const destinations = members('Destinations.member.');
    return rawMail(message, form.get('Source') ?? undefined, destinations);
  }
  if (form.get('Action') !== 'SendEmail') return undefined;
  return { from: addressIn(form.get('Source') ?? ''), recipients: members('Destination.'), raw: false, bytes: 0 };
}

function mailOfV2(body: JsonObject): Mail {
  const sender = typeof body['FromEmailAddress'] === 'string' ? body['FromEmailAddress'] : undefined;
  const destination = Object.values(at(body, 'Destination') ?? {}).flat();
  const recipients = destination.filter((item) => typeof item === 'string').map(addressIn);
  const raw = at(at(body, 'Content'), 'Raw')?.['Data'];
  if (typeof raw === 'string') return rawMail(Buffer.from(raw, 'base64'), sender, recipients);
  return { from: addressIn(sender ?? ''), recipients, raw: false, bytes: 0 };
}

function at(value: Json | undefined, name: string): JsonObject | undefined {
  const found = isObject(value) ? value[name] : undefined;
  return isObject(found) ? found : undefined;
}

function rawMail(message: Buffer, sender: string | undefined, destinations: readonly string[]): Mail {
  const head = message.toString('latin1').split(/\r?\n\r?\n/, 1)[0] ?? '';
  const unfolded = head.replace(/\r?\n[ \t]+/g, ' ');
  const header = (name: string) => new RegExp(`^${name}:\\s*(.*)$`, 'im').exec(unfolded)?.[1];
  const named = ['To', 'Cc', 'Bcc'].flatMap((name) => (header(name) ?? '').split(',')).filter((item) => item.includes('@'));
  return {
    // SES checks Source when it is given, and the From header otherwise.
    from: addressIn(sender ?? header('From') ?? ''),
    recipients: destinations.length > 0 ? destinations : named.map(addressIn),
    raw: true,
    bytes: message.length,
  };
}

const addressIn = (value: string) => (/<([^>]*)>/.exec(value)?.[1] ?? value).trim().toLowerCase();
