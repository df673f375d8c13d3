SELECT MIN(at) AS at FROM audit
