import { PutItemCommand } from '@aws-sdk/client-dynamodb';
import type { SpendProfiles } from '../ports/spend-profiles.ts';
import type { TemplateProfiles } from '../ports/template-profiles.ts';
import { parseSpendProfile, spendProfileToJson } from '../schemas/spend-profile.ts';
import { storedProfile } from '../schemas/template-profile.ts';
import { dynamodb, itemKey, readItem, stored, text } from './dynamodb-client.ts';
import { ledgerKeys } from './tables.ts';

/** Profiles of templates, and of features' spend, in the ledger table. NOT guaranteed: that two compactors at once do not lose one hour of each other's. */
export function dynamodbProfiles({ LEDGER_TABLE: TableName }: { readonly LEDGER_TABLE: string }): TemplateProfiles & SpendProfiles {
  return {
    async read(feature, template) {
      const item = await readItem(TableName, itemKey(ledgerKeys.profile(feature, template)));
      return item === undefined ? undefined : storedProfile.parse(JSON.parse(item['profile']?.S ?? ''));
    },
    async put(feature, template, profile) {
      const Item = { ...itemKey(ledgerKeys.profile(feature, template)), profile: text(JSON.stringify(profile)) };
      await stored(() => dynamodb.send(new PutItemCommand({ TableName, Item })));
    },
    async readSpend(feature) {
      const item = await readItem(TableName, itemKey(ledgerKeys.spendProfile(feature)));
      return item === undefined ? undefined : parseSpendProfile(item['profile']?.S ?? '');
    },
    async putSpend(feature, profile) {
      const Item = { ...itemKey(ledgerKeys.spendProfile(feature)), profile: text(spendProfileToJson(profile)) };
      await stored(() => dynamodb.send(new PutItemCommand({ TableName, Item })));
    },
  };
}
