INSERT INTO record (type, series, number, title, envelope, published, state)
VALUES (:type, :series, :number, :title, :envelope, :published, :state)
