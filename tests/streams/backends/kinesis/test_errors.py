"""Each error of boto3 becomes one sentence that names the remedy and holds no secret."""

import pytest
from botocore import exceptions as boto

from streams.backends.kinesis.errors import UnreachableError, in_our_words
from streams.backends.kinesis.stream import READ_SECONDS, KinesisStream
from streams.backends.retrying import PATIENCE, BusyError
from streams.core.records import TRIM_HORIZON, StreamError, StreamNotFoundError
from tests.streams.backends.kinesis.fake_kinesis import FakeKinesis, Seconds, refusal

SECRET = "x-amz-security-token:FwoGZXIvYXdzE"
SHARD = "shardId-000000000000"


def sentence(error: Exception) -> str:
    ours = in_our_words(error, "trades", "eu-west-1")
    assert len(str(ours).splitlines()) == 1
    return str(ours)


@pytest.mark.parametrize("operation", ["GetRecords", "PutRecords", "ListShards", "CreateStream"])
def test_a_missing_permission_names_the_action_to_allow(operation: str) -> None:
    found = sentence(refusal("AccessDeniedException", operation))
    assert found == (
        f"AWS does not let these credentials do kinesis:{operation} on stream 'trades';"
        f" allow the IAM action kinesis:{operation}."
    )


def test_a_key_that_may_not_be_used_names_the_actions_to_allow() -> None:
    assert "kms:Decrypt (to read) and kms:GenerateDataKey (to put)" in sentence(
        refusal("KMSAccessDeniedException", "GetRecords")
    )


@pytest.mark.parametrize(
    "code",
    ["InvalidSignatureException", "UnrecognizedClientException", "ExpiredTokenException", "AccessDeniedException"],
)
def test_error_never_repeats_the_callers_identity(code: str) -> None:
    assert SECRET not in sentence(refusal(code, "PutRecords", f"The canonical string should have been {SECRET}"))


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (boto.NoCredentialsError(), "There are no AWS credentials that work (NoCredentialsError); boto3 takes them"),
        (boto.PartialCredentialsError(provider="env", cred_var="x"), "There are no AWS credentials that work"),
        (boto.NoRegionError(), "No AWS region is set"),
        (boto.EndpointConnectionError(endpoint_url="http://me:pw@host:1/"), "Kinesis cannot be reached at host:1 "),
        (boto.ReadTimeoutError(endpoint_url="http://host:1"), "check the network, the name of the region (eu-west-1)"),
        (boto.ParamValidationError(report="Invalid\nlength"), "Kinesis cannot be asked about stream 'trades': Param"),
        (refusal("ExpiredTokenException", "GetRecords"), "have expired (ExpiredTokenException, at kinesis:GetRecords)"),
        (refusal("ValidationException", "CreateStream", "a.b\nc."), "CreateStream on stream 'trades': a.b c (Valid"),
        (refusal("ResourceNotFoundException", "GetRecords"), "There is no stream 'trades' in eu-west-1. Create it: "),
    ],
)
def test_error_has_a_sentence_for_each_fault(error: Exception, words: str) -> None:
    assert words in sentence(error)
    assert "pw" not in sentence(error)


@pytest.mark.parametrize(
    "error",
    [
        refusal("ProvisionedThroughputExceededException", "GetRecords"),
        refusal("LimitExceededException", "ListShards"),
        refusal("ResourceInUseException", "SplitShard"),
        refusal("InternalFailure", "PutRecords", status=500),
        refusal("", "PutRecords", status=503),
    ],
)
def test_transient_error_is_told_apart(error: Exception) -> None:
    assert isinstance(in_our_words(error, "trades", "eu-west-1"), BusyError)


def test_error_of_botocore_is_always_translated(client: FakeKinesis, stream: KinesisStream, seconds: Seconds) -> None:
    stream.create()
    for operation in ("GetShardIterator", "GetRecords"):
        client.failures[operation].append(boto.NoCredentialsError())
        with pytest.raises(StreamError, match="no AWS credentials") as caught:
            stream.read(SHARD, TRIM_HORIZON, 1)
        assert caught.value.__suppress_context__
        seconds.pause(READ_SECONDS)


def test_network_that_was_never_there_raises_at_once(client: FakeKinesis, stream: KinesisStream) -> None:
    client.failures["PutRecords"].append(boto.EndpointConnectionError(endpoint_url="http://host"))
    with pytest.raises(UnreachableError):
        stream.put([("a", b"1")])


def test_network_failure_of_a_moment_is_waited_for(client: FakeKinesis, stream: KinesisStream) -> None:
    stream.create()
    client.failures["PutRecords"].extend([boto.ConnectionClosedError(endpoint_url="http://host")] * 3)
    stream.put([("a", b"1")])
    assert client.count("PutRecords") == 4


def test_network_failure_that_lasts_raises_in_the_end(
    client: FakeKinesis, stream: KinesisStream, seconds: Seconds
) -> None:
    stream.create()
    client.failures["GetShardIterator"].extend([boto.ConnectTimeoutError(endpoint_url="http://host")] * 1000)
    assert stream.read(SHARD, TRIM_HORIZON, 1).watermark is None
    seconds.pause(PATIENCE)
    with pytest.raises(UnreachableError, match="at host"):
        stream.read(SHARD, TRIM_HORIZON, 1)


def test_stream_deleted_while_it_is_read_is_named(client: FakeKinesis, stream: KinesisStream, seconds: Seconds) -> None:
    stream.create()
    stream.read(SHARD, TRIM_HORIZON, 1)
    seconds.pause(READ_SECONDS)
    for call in ("GetRecords", "ListShards"):
        client.failures[call].append(refusal("ResourceNotFoundException", call))
    with pytest.raises(StreamNotFoundError, match="no stream 'trades'"):
        stream.read(SHARD, TRIM_HORIZON, 1)
    seconds.pause(READ_SECONDS)
    stream.read(SHARD, TRIM_HORIZON, 1)
    assert client.count("GetShardIterator") == 2  # the stream is made anew: so is the iterator
