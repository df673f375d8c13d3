DELETE FROM pc_boot_token WHERE pc = :pc
