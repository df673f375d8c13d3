DELETE FROM rule_use WHERE rule = :rule
