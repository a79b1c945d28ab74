variable "prefix" { default = "TRUCKS" }
resource "aws_kinesis_stream" "fleet" {
  name        = "fleet"
  shard_count = var.shards > 1 ? var.shards : 1 # as many as it takes
}
resource "aws_kinesis_analytics_application" "hot" {
  name = "hot-trucks"
  code = "CREATE OR REPLACE STREAM \"HOT\" (\"truck\" VARCHAR(8));\n-- no window\n"
  inputs {
    name_prefix = var.prefix
    parallelism { count = 2 }
    kinesis_stream {
      resource_arn = aws_kinesis_stream.fleet.arn
      role_arn     = aws_iam_role.analytics.arn
    }
    schema {
      record_columns {
        mapping  = "$.truck"
        name     = "truck"
        sql_type = "VARCHAR(8)"
      }
      record_columns {
        mapping  = "$.engine.heat"
        name     = "heat"
        sql_type = "DECIMAL(5,2)"
      }
      record_encoding = "UTF-8"
      record_format {
        mapping_parameters {
          json { record_row_path = "$" }
        }
      }
    }
  }
  outputs {
    name = "HOT"
    schema { record_format_type = "JSON" }
    kinesis_stream {
      resource_arn = "arn:aws:kinesis:${var.region}:${data.aws_caller_identity.current.account_id}:stream/alerts"
      role_arn     = aws_iam_role.analytics.arn
    }
  }
  outputs {
    name = "error_stream"
    schema { record_format_type = "CSV" }
    lambda {
      resource_arn = aws_lambda_function.tell.arn
      role_arn     = aws_iam_role.analytics.arn
    }
  }
  reference_data_sources {
    table_name = "Depots"
    s3 {
      bucket_arn = "arn:aws:s3:::places"
      file_key   = "fleet/depots.csv"
      role_arn   = aws_iam_role.analytics.arn
    }
    schema {
      record_columns {
        name     = "truck"
        sql_type = "VARCHAR(8)"
      }
      record_columns {
        name     = "depot"
        sql_type = "VARCHAR"
      }
      record_format {
        mapping_parameters {
          csv {
            record_column_delimiter = "|"
            record_row_delimiter    = "\n"
          }
        }
      }
    }
  }
}
