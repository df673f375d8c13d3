INSERT INTO pc_boot (id, pc, boot_id, begun, record, number, stages, system_stages, ending)
VALUES (:id, :pc, :boot_id, :begun, '', 0, '[]', '[]', '')
