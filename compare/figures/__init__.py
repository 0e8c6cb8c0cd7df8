"""Pictures of the report, one family: plain functions from numbers to PNG bytes."""
