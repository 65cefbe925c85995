import type { TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import { Grant, type IGrantable } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { controlKeys } from '../functions/adapters/tables.ts';
import { retainedTable } from './retained-table.ts';

/** What admission decides by: money gates with their holds, runs, idempotency, jobs, keys, report state. Survives the stack. */
export class ControlTable extends Construct {
  readonly table: TableV2;

  constructor(scope: Construct, id: string) {
    super(scope, id);
    this.table = retainedTable(this);
  }

  /** Hold and settle money, move a job on: single items, by conditional updates. */
  grantChange(grantee: IGrantable): Grant {
    return this.table.grant(grantee, 'dynamodb:GetItem', 'dynamodb:UpdateItem');
  }

  /** Begin something under a key that nobody else has: an idempotent call, a job, a chunk. */
  grantCreate(grantee: IGrantable): Grant {
    return this.table.grant(grantee, 'dynamodb:PutItem');
  }

  /** Find items together: staged chunks, the refusals of a day. */
  grantList(grantee: IGrantable): Grant {
    return this.table.grant(grantee, 'dynamodb:Query');
  }

  /** Know what operators have ordered. */
  grantReadOverrides(grantee: IGrantable): Grant {
    return Grant.addToPrincipal({
      grantee,
      actions: ['dynamodb:Query'],
      resourceArns: [this.table.tableArn],
      conditions: { 'ForAllValues:StringEquals': { 'dynamodb:LeadingKeys': [controlKeys.override('', '', '').pk] } },
    });
  }

  /** Drop chunks whose records are all answered. Gates, runs, jobs and keys are never deleted; what ends, expires. */
  grantDropChunks(grantee: IGrantable): Grant {
    return Grant.addToPrincipal({
      grantee,
      actions: ['dynamodb:DeleteItem'],
      resourceArns: [this.table.tableArn],
      conditions: { 'ForAllValues:StringEquals': { 'dynamodb:LeadingKeys': [controlKeys.chunk('').pk] } },
    });
  }
}
