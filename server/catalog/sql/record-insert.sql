INSERT INTO record (type, series, number, title, envelope, published)
VALUES (:type, :series, :number, :title, :envelope, :published)
