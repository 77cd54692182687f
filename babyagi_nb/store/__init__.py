"""The only room that speaks DuckDB: journal, definition log, index, queries, upkeep."""
