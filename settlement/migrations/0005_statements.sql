-- To read the days of an account.
CREATE INDEX transfers_debit ON transfers (debit, at);
CREATE INDEX transfers_credit ON transfers (credit, at);
CREATE INDEX reassignments_buyer ON reassignments (buyer, entered_at);
CREATE INDEX reassignments_seller ON reassignments (seller, entered_at);
