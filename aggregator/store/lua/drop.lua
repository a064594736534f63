-- End the work on an item that there is nothing left to do for, if the token still holds it.
-- KEYS: tries, wait, lease, owner   ARGV: id, token   -> 1 done, 0 lost
if redis.call('HGET', KEYS[4], ARGV[1]) ~= ARGV[2] then return 0 end
redis.call('ZREM', KEYS[2], ARGV[1])
redis.call('ZREM', KEYS[3], ARGV[1])
redis.call('HDEL', KEYS[4], ARGV[1])
redis.call('HDEL', KEYS[1], ARGV[1])
return 1
