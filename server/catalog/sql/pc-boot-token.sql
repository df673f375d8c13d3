SELECT * FROM pc_boot_token WHERE hash = :hash
