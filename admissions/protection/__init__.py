"""What makes a copied database worthless: sealed texts, wrapped keys, keyed digests.

`keys` knows INQUIRY_KEYS and LOOKUP_KEY, `envelope` seals the texts of one inquiry, `fields` makes
columns of it, `digests` finds sealed inquiries, `startup` refuses to serve with the wrong keys.
"""
