-- How often settlement was opened over these books. Whoever finds another number than its own has been taken over.
ALTER TABLE progress ADD COLUMN openings BIGINT NOT NULL DEFAULT 0;
