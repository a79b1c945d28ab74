locals {
  window = "window"
  tables = { depots = "Depots" }
}
resource "aws_kinesisanalyticsv2_application" "hot" {
  name                   = join("-", ["hot", "trucks"])
  runtime_environment    = "SQL-1_0"
  service_execution_role = aws_iam_role.analytics.arn
  application_configuration {
    application_code_configuration {
      code_content {
        text_content = <<-SQL
          CREATE OR REPLACE STREAM "HOT" ("truck" VARCHAR(8));
          -- no ${local.window}
        SQL
      }
      code_content_type = "PLAINTEXT"
    }
    sql_application_configuration {
      input {
        name_prefix = "TRUCKS"
        input_parallelism { count = 2 }
        input_schema {
          record_column {
            name     = "truck"
            mapping  = "$.truck"
            sql_type = "VARCHAR(8)"
          }
          record_column {
            name     = "heat"
            mapping  = "$.engine.heat"
            sql_type = "DECIMAL(5,2)"
          }
          record_format {
            record_format_type = "JSON"
            mapping_parameters { json_mapping_parameters { record_row_path = "$" } }
          }
        }
        kinesis_streams_input { resource_arn = aws_kinesis_stream.fleet.arn }
      }
      output {
        name = "HOT"
        destination_schema { record_format_type = "JSON" }
        kinesis_streams_output { resource_arn = data.aws_kinesis_stream.target.arn }
      }
      output {
        name = "error_stream"
        destination_schema { record_format_type = "CSV" }
        lambda_output { resource_arn = aws_lambda_function.tell.arn }
      }
      reference_data_source {
        table_name = "Depots"
        s3_reference_data_source {
          bucket_arn = "arn:aws:s3:::places"
          file_key   = "fleet/depots.csv"
        }
        reference_schema {
          record_column {
            name     = "truck"
            sql_type = "VARCHAR(8)"
          }
          record_column {
            name     = "depot"
            sql_type = "VARCHAR"
          }
          record_format {
            record_format_type = "CSV"
            mapping_parameters {
              csv_mapping_parameters {
                record_column_delimiter = "|"
                record_row_delimiter    = "\\n"
              }
            }
          }
        }
      }
    }
  }
}
data "aws_kinesis_stream" "target" { name = "alerts" }
