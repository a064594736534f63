-- Carry an article's correction over to another day.
-- KEYS: old corrected, new corrected, open   ARGV: id, new day, new day score, ttl s   -> 1 done, 0 it was not there
local told = redis.call('HGET', KEYS[1], ARGV[1])
if not told then return 0 end
redis.call('HDEL', KEYS[1], ARGV[1])
redis.call('HSET', KEYS[2], ARGV[1], told)
redis.call('EXPIRE', KEYS[2], ARGV[4])
redis.call('ZADD', KEYS[3], ARGV[3], ARGV[2])
return 1
