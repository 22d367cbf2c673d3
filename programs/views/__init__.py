"""The public pages: `pages` from records, `texts` for machines."""
