"""Has the parts of requests that are nearly right, for tests.ingest.http.fuzz."""

METHODS = [
    b"GET", b"PUT", b"HEAD", b"OPTIONS", b"DELETE", b"TRACE", b"PATCH", b"post", b"X" * 300, b"PO-ST", b"CONNECT",
]  # fmt: skip
NAMES = [
    b"gone", b"clicks%2F", b"..", b"%2e%2e", b"%00", b"%ff", b"clicks%0a", b"x" * 129, b"clicks%20", b"%E2%98%83",
    b"clicks/x", b"", b"cl%C3%ADcks", b"%63licks", b"%", b"%zz", b"clicks;a", b"x" * 9000,
]  # fmt: skip
QUERIES = [
    b"", b"key=a", b"key=a.b", b"key=", b"key=%ff", b"key=a.0.b", b"key=a&key=b", b"key=%00", b"key=" + b"a." * 300,
    b"outcomes=no", b"outcomes=%ff&outcomes=no", b"a=1&" * 1500, b"&" * 3000, b"%", b"key=a%5C.b",
    b"key=%F0%9F%98%80", b"key=a%5C",
]  # fmt: skip
KINDS = [
    b"application/json", b"application/x-ndjson", b"text/csv", b"text/plain", b"application/json; charset=utf-7", b"",
    b"\xff", b"text/csv; charset=latin-1", b"text/csv; charset=\x01", b"application/json;" * 50,
    b"multipart/form-data; boundary=x", b"application/x-www-form-urlencoded", b"TEXT/PLAIN",
    b"text/plain; charset=hex", b"text/plain; charset=idna", b"multipart/form-data",
]  # fmt: skip
ODD = [
    b"", b" ", b"\xff\xfe", b"\xc3\xa9", b"x" * 300, b"x" * 7000, b"0", b"-1", b"a,b", b"\x7f", b"%00",
    b"\xf0\x9f\x98\x80" * 80,
]  # fmt: skip
HEADERS = [
    b"X-Partition-Key", b"Idempotency-Key", b"Content-Encoding", b"Expect", b"Cookie", b"Origin", b"X-Request-Id",
    b"Range", b"X-Forwarded-For", b"Accept-Encoding", b"If-None-Match", b"X_Partition_Key", b"Content-Type",
    b"Upgrade", b"TE", b"Accept", b"Accept-Language", b"Host", b"X-Forwarded-Host", b"Proxy-Authorization",
    b"Traceparent",
]  # fmt: skip
LENGTHS = [
    b"-1", b"+5", b"1e3", b"", b"5, 5", b"0x10", b"99999999999999999999", b"10485761", b"\xb2", b"0", b"7", b"0007",
]  # fmt: skip
PIECES = [
    b"[", b"]", b"{", b"}", b",", b'"', b"\n", b"\r", b"\0", b"\xff", b"\xef\xbb\xbf", b'{"a":1}', b'{"a":{"b":"x"}}',
    b"1e999", b"-", b"\\ud800", b'{"a":"\\ud800"}', b"nul", b"null", b"[" * 2000, b'{"a":' * 2000, b"," * 3000,
    b"9" * 5000, b"a,b\n1,2\n", b"a,a\n", b'"x\ny",3\n', b'{"a":"k"}\n' * 50, b"x\n" * 500, b"[{}]", b"\xff\xfea\0",
    b'{"a":' + b"1" * 400 + b"}\n", b" ", b"\t", b"\x1a", b'{"a":"' + "é".encode() * 200 + b'"}\n', b"1,5;2\n",
    b"=1+1\n",
]  # fmt: skip
LARGE = [
    b"1\n" * 100_001, b"[" + b"1," * 120_000 + b"1]", b"x" * (1 << 20), b'{"a":"' + b"x" * (10 << 20) + b'"}',
    b"\n" * (4 << 20), b"a\n" + b"1\n" * 100_000, b"[" * (1 << 20), b"a," * 60_000 + b"\n1\n", b'"' * (2 << 20),
]  # fmt: skip
