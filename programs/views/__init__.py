"""The answers: `pages` from records, the two `tools`, the `search`, `texts` for machines."""
