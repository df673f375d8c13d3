SELECT COUNT(*) AS count FROM information_schema.tables WHERE table_schema = current_schema()
