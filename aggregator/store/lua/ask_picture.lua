-- Let an article's picture wait to be fetched, once.
-- KEYS: record, wait   ARGV: id, now, address, ttl s, outlet   -> 1 if it waits now, 0 if it was asked for before
if redis.call('EXISTS', KEYS[1]) == 1 then return 0 end
redis.call('HSET', KEYS[1], 'url', ARGV[3], 'outlet', ARGV[5])
redis.call('EXPIRE', KEYS[1], ARGV[4])
redis.call('ZADD', KEYS[2], ARGV[2], ARGV[1])
return 1
