"""Clients of Kinesis that others wrote, for the tests of our own Kinesis API. `make setup-tests` fetches them.

Each script puts some records, reads them back, and prints them as JSON.
"""

from pathlib import Path

from tests.deployment import ROOT

FOLDER = Path(__file__).resolve().parent
# npm ci --prefix tests/clients --ignore-scripts
JAVASCRIPT = FOLDER / "node_modules/@aws-sdk/client-kinesis"
# pip install --no-deps --target build/clients --requirement tests/clients/requirements.txt
PYTHON = ROOT / "build/clients"
