UPDATE pc_boot SET ended = :ended, ending = :ending WHERE id = :id
