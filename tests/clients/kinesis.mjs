// The JavaScript SDK v3 with its own defaults (HTTP/2), over JSON or CBOR: node kinesis.mjs URL STREAM json|cbor

import * as kinesis from "@aws-sdk/client-kinesis";
import { AwsSmithyRpcV2CborProtocol } from "@aws-sdk/core/protocols";

const [endpoint, StreamName, protocol] = process.argv.slice(2);
const client = new kinesis.KinesisClient({
  endpoint,
  region: "eu-west-1",
  maxAttempts: 1,
  ...(protocol === "cbor" ? { protocol: AwsSmithyRpcV2CborProtocol } : {}),
});
const ask = (command, input) => client.send(new kinesis[`${command}Command`](input));

await ask("CreateStream", { StreamName, ShardCount: 1 });
const Records = ["a", "é"].map((text) => ({ Data: Buffer.from(text), PartitionKey: "k" }));
const put = await ask("PutRecords", { StreamName, Records });
const { StreamDescriptionSummary: summary } = await ask("DescribeStreamSummary", { StreamName });
const [{ ShardId }] = (await ask("ListShards", { StreamName })).Shards;
const start = { StreamName, ShardId, ShardIteratorType: "AT_TIMESTAMP", Timestamp: summary.StreamCreationTimestamp };
const { ShardIterator } = await ask("GetShardIterator", start);
const page = await ask("GetRecords", { ShardIterator });
const { Consumer } = await ask("RegisterStreamConsumer", { StreamARN: summary.StreamARN, ConsumerName: "js" });
const subscription = await ask("SubscribeToShard", {
  ConsumerARN: Consumer.ConsumerARN,
  ShardId,
  StartingPosition: { Type: "TRIM_HORIZON" },
});
let pushed = [];
for await (const { SubscribeToShardEvent: event } of subscription.EventStream) {
  pushed = event.Records.map((record) => Buffer.from(record.Data).toString());
  break;
}
const refused = await ask("DescribeStream", { StreamName: "nowhere" }).catch((error) => error);
console.log(
  JSON.stringify({
    failed: put.FailedRecordCount,
    read: page.Records.map((record) => Buffer.from(record.Data).toString()),
    arrived: page.Records.every((record) => Math.abs(Date.now() - record.ApproximateArrivalTimestamp) < 60_000),
    pushed,
    refused: [refused.name, refused.message],
  }),
);
process.exit(0);
