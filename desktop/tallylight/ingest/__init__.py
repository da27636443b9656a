"""From growing files to the ledger and to snapshots."""
