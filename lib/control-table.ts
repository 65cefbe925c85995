import { RemovalPolicy } from 'aws-cdk-lib';
import { AttributeType, Billing, TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import type { Grant, IGrantable } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { EXPIRES_AT, PARTITION_KEY, SORT_KEY } from '../functions/adapters/tables.ts';

/** What admission decides by: money gates with their holds, runs, idempotency, jobs, keys, report state. Survives the stack. */
export class ControlTable extends Construct {
  readonly table: TableV2;

  constructor(scope: Construct, id: string) {
    super(scope, id);
    this.table = new TableV2(this, 'Resource', {
      partitionKey: { name: PARTITION_KEY, type: AttributeType.STRING },
      sortKey: { name: SORT_KEY, type: AttributeType.STRING },
      billing: Billing.onDemand(),
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      timeToLiveAttribute: EXPIRES_AT,
      removalPolicy: RemovalPolicy.RETAIN,
    });
  }

  /** Hold and settle money, enter runs, claim idempotency keys: single items, by conditional writes. */
  grantAdmit(grantee: IGrantable): Grant {
    return this.table.grant(grantee, 'dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:UpdateItem');
  }

  /** Find items together: staged chunks, refusals of a day, the gates of a team. */
  grantList(grantee: IGrantable): Grant {
    return this.table.grant(grantee, 'dynamodb:Query');
  }
}
