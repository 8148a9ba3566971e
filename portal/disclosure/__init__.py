"""The ledger of AI use, performers and their consent, and the public label."""
