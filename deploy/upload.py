"""Puts a file into a bucket, by the AWS policy BackupPolicy of deploy/aws/millrace.yaml, which allows nothing else.

python deploy/upload.py FILE s3://BUCKET/backups/       credentials from where AWS tools look
"""

import sys
from pathlib import Path

import boto3
from boto3.exceptions import S3UploadFailedError
from botocore.exceptions import BotoCoreError


def upload(file: Path, address: str) -> str:
    """The address of what was put there; a large file goes in parts."""
    bucket, _, folder = address.removeprefix("s3://").partition("/")
    key = f"{folder.rstrip('/')}/{file.name}".lstrip("/")
    boto3.client("s3").upload_file(str(file), bucket, key)
    return f"s3://{bucket}/{key}"


if __name__ == "__main__":
    try:
        sys.stderr.write(f"Uploaded {upload(Path(sys.argv[1]), sys.argv[2])}\n")
    except (S3UploadFailedError, BotoCoreError) as error:
        sys.exit(f"The backup is made but not uploaded: {error}. The machine needs BackupPolicy (docs/backup.md).")
