UPDATE job SET state = 'running', begun = :begun WHERE id = :id
