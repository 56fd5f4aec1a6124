"""Shape mismatches as cases that are run, and the table of what each of them did."""
