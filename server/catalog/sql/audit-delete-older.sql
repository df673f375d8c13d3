DELETE FROM audit WHERE at < :at
