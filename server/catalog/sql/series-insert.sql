INSERT INTO series (type, series, current, lowest, version) VALUES (:type, :series, :current, NULL, 1)
