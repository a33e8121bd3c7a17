//! Executions to reassignments, settled or failed: the state machine, the cash ledger and the provider adapters.
