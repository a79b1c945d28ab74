"""Answers GraphQL queries from the live figures of Millrace.

    python examples/integration/graphql_out.py --port 8084

For example `{ orders { newest sites { site lines threshold } } }` or `{ ticker(name: "AMZN") { minutes } }`, posted
as JSON to http://127.0.0.1:8084/. MILLRACE_URL is the site (default http://127.0.0.1:8000). The caller sends an API
token with the scope read:dashboards, which is passed on: Millrace decides which figures the caller may see. Figures
are a few seconds old at most.
"""

import argparse
import json
import os
from http.client import HTTPException
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import Request, urlopen

from _server import HttpHandler, HttpServer
from graphql import GraphQLError, build_schema, execute_sync, parse, validate

MOST_BYTES = 8 << 10  # of a query
MOST_TOKENS = 1_000
MOST_TOPICS = 5  # of a query, each a request to Millrace
SCHEMA = build_schema(Path(__file__).with_name("figures.graphql").read_text())


class Live:
    """Reads topics with the token of one caller. Its methods have the names and arguments of Query's fields."""

    def __init__(self, authorization: str) -> None:
        self._authorization = authorization
        self._asked = 0

    def orders(self, info: Any, stream: str = "") -> Any:
        return self._topic("orders", stream)

    def ticker(self, info: Any, name: str, stream: str = "") -> Any:
        return self._topic(f"ticker:{name}", stream)

    def _topic(self, topic: str, stream: str) -> Any:
        self._asked += 1
        if self._asked > MOST_TOPICS:
            raise GraphQLError(f"A query has at most {MOST_TOPICS} fields at its top.")
        query = urlencode({"topic": f"{topic}@{stream}" if stream else topic})
        address = f"{os.environ.get('MILLRACE_URL', 'http://127.0.0.1:8000')}/live/?{query}"
        try:
            with urlopen(Request(address, headers={"Authorization": self._authorization}), timeout=10) as answer:
                return json.load(answer)["data"]
        except HTTPError as error:
            raise GraphQLError(f"Millrace answers {error.code}.") from None
        except (OSError, HTTPException):
            raise GraphQLError("Millrace gives no answer.") from None


def answer(text: str, variables: Any, live: Live) -> dict[str, Any]:
    """Returns the data, or the errors of a query that is wrong or asks too much."""
    try:
        document = parse(text, max_tokens=MOST_TOKENS)
    except GraphQLError as error:
        return {"errors": [error.formatted]}
    errors = validate(SCHEMA, document, max_errors=5)
    if errors:
        return {"errors": [error.formatted for error in errors]}
    return dict(execute_sync(SCHEMA, document, root_value=live, variable_values=variables).formatted)


class Handler(HttpHandler):
    def do_POST(self) -> None:  # noqa: N802 - the name http.server calls
        body = self.body(MOST_BYTES)
        if body is None:
            return None
        try:
            asked = json.loads(body)
            query, variables = asked["query"], asked.get("variables") or {}
        except (ValueError, TypeError, LookupError, AttributeError, RecursionError):
            return self.send_error(400)
        if not isinstance(query, str) or not isinstance(variables, dict):
            return self.send_error(400)
        told = answer(query, variables, Live(self.headers.get("Authorization", "")))
        return self.answer(200, "application/json", json.dumps(told).encode())


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Answers GraphQL queries from the live figures of Millrace.")
    parser.add_argument("--port", type=int, required=True)
    options = parser.parse_args()
    server = HttpServer(("127.0.0.1", options.port), Handler)
    print(f"GraphQL at http://127.0.0.1:{options.port}/", flush=True)
    server.serve_forever()
