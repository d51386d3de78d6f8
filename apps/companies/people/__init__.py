"""The directory of a company's people: kept, looked for, chosen in forms, added where they are needed."""
