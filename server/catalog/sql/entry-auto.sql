SELECT title_en FROM entry WHERE visible AND auto_seconds IS NOT NULL AND id <> :id
