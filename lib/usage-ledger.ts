import type { TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import { Grant, type IGrantable } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { ledgerKeys } from '../functions/adapters/tables.ts';
import { retainedTable } from './retained-table.ts';

/** The append-only record of what every model call cost, and the rollups derived from it. Survives the stack. */
export class UsageLedger extends Construct {
  readonly table: TableV2;

  constructor(scope: Construct, id: string) {
    super(scope, id);
    this.table = retainedTable(this);
  }

  /** Append, and read back which put won. That an entry is not overwritten is the adapter's condition, not IAM's. */
  grantRecord(grantee: IGrantable): Grant {
    return this.table.grant(grantee, 'dynamodb:PutItem', 'dynamodb:GetItem');
  }

  /** Read hours, days and requests. */
  grantRead(grantee: IGrantable): Grant {
    return this.table.grant(grantee, 'dynamodb:Query');
  }

  /** Clear the marks of hours that were rolled up again. Nobody may delete an entry, or a rollup. */
  grantClearMarks(grantee: IGrantable): Grant {
    return Grant.addToPrincipal({
      grantee,
      actions: ['dynamodb:DeleteItem'],
      resourceArns: [this.table.tableArn],
      conditions: { 'ForAllValues:StringEquals': { 'dynamodb:LeadingKeys': [ledgerKeys.dirty] } },
    });
  }
}
