DELETE FROM access_token WHERE id = :id
