"""All projects that a person may see: one set of filters, as a table, as a board, along time, and as files."""
