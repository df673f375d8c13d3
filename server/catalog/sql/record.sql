SELECT * FROM record WHERE type = :type AND series = :series AND number = :number
