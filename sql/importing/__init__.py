"""Imports applications of Kinesis Data Analytics for SQL into folders.

Read are the answers of `describe-application` and the requests of `create-application`, in both versions of the
service's interface, CloudFormation, and Terraform: its configuration, its state, and its plans as JSON.
"""

from sql.importing.nodes import Finding, ImportingError
from sql.importing.normal import Imported
from sql.importing.reading import read_applications

__all__ = ["Finding", "Imported", "ImportingError", "read_applications"]
