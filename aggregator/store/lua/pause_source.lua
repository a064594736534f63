-- Stop polling a source until it is resumed; a poll that runs ends, and is the last.
-- KEYS: paused, wait   ARGV: id, pause   -> 1 done, 0 paused before (the reason is replaced)
redis.call('ZREM', KEYS[2], ARGV[1])
return redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
