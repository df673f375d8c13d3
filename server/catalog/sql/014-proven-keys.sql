ALTER TABLE pc_session ADD COLUMN proven_key TEXT NOT NULL DEFAULT '';
UPDATE pc_session SET proven_key = pc_key;
