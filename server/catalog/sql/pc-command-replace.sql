UPDATE pc_command SET outcome = 'replaced' WHERE pc = :pc AND taken IS NULL AND outcome = ''
