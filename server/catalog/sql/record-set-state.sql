UPDATE record SET state = :state, published = :published WHERE type = :type AND series = :series AND number = :number
