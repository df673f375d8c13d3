INSERT INTO entry (id, kind, record_type, record_series, title_de, title_en, description_de, description_en, icon,
                   visible, auto_seconds, position, version, offering, tags, group_de, group_en)
VALUES (:id, :kind, :record_type, :record_series, :title_de, :title_en, :description_de, :description_en, :icon,
        :visible, :auto_seconds, :position, :version, :offering, :tags, :group_de, :group_en)
