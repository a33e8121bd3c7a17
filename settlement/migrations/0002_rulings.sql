-- What the market has said of a reassignment since its trade: that it begins, or that the trade was busted; a price that
-- was corrected and is not taken over yet; and in whose words.
ALTER TABLE reassignments ADD COLUMN ruling TEXT CHECK (ruling IN ('BEGUN', 'BUSTED'));
ALTER TABLE reassignments ADD COLUMN correction BIGINT CHECK (correction > 0);
ALTER TABLE reassignments ADD COLUMN said TEXT NOT NULL DEFAULT '';
-- How often the price was corrected: the cash of each price is a subject of the ledger for itself.
ALTER TABLE reassignments ADD COLUMN corrections BIGINT NOT NULL DEFAULT 0;
