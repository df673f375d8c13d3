SELECT * FROM series WHERE type = :type AND series = :series
