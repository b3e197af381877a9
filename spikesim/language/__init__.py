"""Model language: parse equation text into expressions with checked names and units."""
