SELECT * FROM record WHERE state = 'revoked' ORDER BY type, series, number
