"""AWS's limits and prices that the page on scale computes with.

The limits are from AWS's documentation. The prices are those of us-east-1 in November 2026, from pages
of others: look at AWS's own before you decide.
"""

NEW_TABLE_WRITES = 4_000
"""Write units a second of a new on-demand table."""

TABLE_WRITES = 40_000
"""Write units a second of an on-demand table by the default quota."""

PARTITION_WRITES = 1_000
PARTITION_READS = 3_000
"""Units a second of one partition."""

READ_UNIT_BYTES = 4_096
"""The size that one strongly consistent read unit reads."""

ITEM_OVERHEAD_BYTES = 100
"""What DynamoDB adds to each stored item, and to each entry of an index."""

FUNCTION_CONCURRENCY = 1_000
"""Concurrent executions of an account by the default quota."""

API_REQUESTS = 10_000
"""Requests a second of an account's HTTP APIs in a region by the default quota."""

DOLLARS_PER_WRITE = 0.625 / 1_000_000
DOLLARS_PER_READ = 0.125 / 1_000_000
DOLLARS_PER_GB_MONTH = 0.25
DOLLARS_PER_BACKUP_GB_MONTH = 0.20
DOLLARS_PER_API_REQUEST = 1.00 / 1_000_000
DOLLARS_PER_FUNCTION_REQUEST = 0.20 / 1_000_000
DOLLARS_PER_FUNCTION_GB_SECOND = 0.0000133334

FUNCTION_GB = 0.5
FUNCTION_SECONDS = 0.06
"""An assumption: no request was timed on AWS."""
