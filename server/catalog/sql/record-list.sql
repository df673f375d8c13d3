SELECT type, series, number, title, published FROM record ORDER BY type, series, number DESC
