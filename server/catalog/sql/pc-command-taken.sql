UPDATE pc_command SET taken = :taken WHERE id = :id
