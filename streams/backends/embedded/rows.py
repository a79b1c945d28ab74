"""How records stand in the rows of an embedded stream: up to 4,096 of a shard as one MessagePack blob."""

import msgspec

BYTES_A_READ = 8 << 20  # of the rows of one page, give or take the last; Kinesis' pages have up to 10 MiB

decode = msgspec.msgpack.Decoder(tuple[list[str], list[bytes]]).decode
encode = msgspec.msgpack.Encoder().encode
