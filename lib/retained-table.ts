import { RemovalPolicy } from 'aws-cdk-lib';
import { AttributeType, Billing, TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import type { Construct } from 'constructs';
import { EXPIRES_AT, PARTITION_KEY, SORT_KEY } from '../functions/adapters/tables.ts';

/** The `Resource` of a construct that is a table of money: it survives the stack, and can be put back to any second of the last 35 days. */
export const retainedTable = (scope: Construct): TableV2 =>
  new TableV2(scope, 'Resource', {
    partitionKey: { name: PARTITION_KEY, type: AttributeType.STRING },
    sortKey: { name: SORT_KEY, type: AttributeType.STRING },
    billing: Billing.onDemand(),
    pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
    timeToLiveAttribute: EXPIRES_AT,
    removalPolicy: RemovalPolicy.RETAIN,
  });
