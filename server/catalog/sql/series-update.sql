UPDATE series SET current = :current, lowest = :lowest, version = :version WHERE type = :type AND series = :series
