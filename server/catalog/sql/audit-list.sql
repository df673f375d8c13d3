SELECT * FROM audit
WHERE id < :before AND at >= :from AND at < :until
  AND (:any_person = 1 OR person = :person)
  AND (:any_object = 1 OR object = :object OR (:kind_length > 0 AND SUBSTR(object, 1, :kind_size) = :kind))
ORDER BY id DESC LIMIT :limit
