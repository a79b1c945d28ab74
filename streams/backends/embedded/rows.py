"""Sets how an embedded stream stores records in rows: up to 4,096 of a shard as one MessagePack blob."""

import msgspec

BYTES_A_READ = 8 << 20  # of one page's rows, exceeded by at most the last; Kinesis' pages have up to 10 MiB

decode = msgspec.msgpack.Decoder(tuple[list[str], list[bytes]]).decode
encode = msgspec.msgpack.Encoder().encode
