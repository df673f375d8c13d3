UPDATE entry
SET kind = :kind, record_type = :record_type, record_series = :record_series, title_de = :title_de, title_en = :title_en,
    description_de = :description_de, description_en = :description_en, icon = :icon, visible = :visible,
    auto_seconds = :auto_seconds, position = :position, version = :version,
    offering = :offering, tags = :tags, group_de = :group_de, group_en = :group_en
WHERE id = :id
