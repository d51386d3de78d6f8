"""Open projects of a company that moves in, from a spreadsheet: read apart, checked row by row, brought in all or none."""
