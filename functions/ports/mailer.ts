export type Mail = {
  readonly from: string;
  readonly to: readonly string[];
  readonly subject: string;
  readonly html: string;
  readonly text: string;
  readonly attachments: readonly { readonly filename: string; readonly contentType: string; readonly content: string }[];
};

/** Sends one mail. Throws SpillwayError `mail_refused` with what the provider said and what to do. */
export type Mailer = { send(mail: Mail): Promise<{ messageId: string }> };
