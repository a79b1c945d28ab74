"""Takes records by gRPC, as records.proto describes, and puts each into a stream.

    python examples/integration/grpc_in.py sensors --port 50051

MILLRACE_TOKEN is an API token with the scope write:streams, GRPC_TOKEN a secret of your choice, which clients send
as the metadata `authorization: Bearer …`. A client is answered after the record is stored. It may send a call again
when it gets UNAVAILABLE or no answer, and the call's id, the Idempotency-Key, makes that once. No generated code is
kept: grpcio-tools reads records.proto at the start. It listens on the loopback address only: let a proxy with TLS
pass calls on.
"""

import argparse
import hashlib
import json
import os
import sys
from concurrent.futures import ThreadPoolExecutor
from hmac import compare_digest
from pathlib import Path
from typing import Any

import grpc
from http_in import RefusedError, UnavailableError, put

MOST_BYTES = 256 << 10
AT_ONCE = 16  # calls at work; as many again may wait, and further ones get RESOURCE_EXHAUSTED
TRIES = 3  # then the client tries

sys.path.append(str(Path(__file__).parent))  # where records.proto is
messages, services = grpc.protos_and_services("records.proto")


class Records(services.RecordsServicer):  # type: ignore[misc,name-defined]
    """Answers the calls of the service in records.proto."""

    def __init__(self, stream: str) -> None:
        self._stream = stream

    def Put(self, request: Any, context: Any) -> Any:  # noqa: N802 - named in records.proto
        """Returns where the record is. `abort` raises an error that ends the call with that status."""
        sent = dict(context.invocation_metadata()).get("authorization", "")
        if not compare_digest(sent.encode(), f"Bearer {os.environ['GRPC_TOKEN']}".encode()):
            context.abort(grpc.StatusCode.UNAUTHENTICATED, "The token is wrong.")
        if not 1 <= len(request.id) <= 200:
            context.abort(grpc.StatusCode.INVALID_ARGUMENT, "An id has 1 to 200 characters.")
        try:
            line = json.dumps(json.loads(request.record)).encode()  # without line ends
            told = put(self._stream, line, f"grpc-{hashlib.sha256(request.id.encode()).hexdigest()}", TRIES)
        except (ValueError, RecursionError, RefusedError) as error:
            context.abort(grpc.StatusCode.INVALID_ARGUMENT, f"This is no record: {error}"[:200])
        except UnavailableError:
            context.abort(grpc.StatusCode.UNAVAILABLE, "The stream gives no answer: send the call again.")
        return messages.PutReply(**told["outcomes"][0])


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Takes records by gRPC and puts each into a stream.")
    parser.add_argument("stream")
    parser.add_argument("--port", type=int, required=True)
    options = parser.parse_args()
    bounds = [("grpc.max_receive_message_length", MOST_BYTES), ("grpc.so_reuseport", 0)]
    server = grpc.server(ThreadPoolExecutor(AT_ONCE), options=bounds, maximum_concurrent_rpcs=2 * AT_ONCE)
    services.add_RecordsServicer_to_server(Records(options.stream), server)
    server.add_insecure_port(f"127.0.0.1:{options.port}")
    server.start()
    print(f"gRPC at 127.0.0.1:{options.port}", flush=True)
    server.wait_for_termination()
