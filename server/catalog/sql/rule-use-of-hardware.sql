SELECT rule.id, rule.definition FROM rule_use JOIN rule ON rule.id = rule_use.rule WHERE rule_use.hardware = :id ORDER BY rule.position LIMIT 1
