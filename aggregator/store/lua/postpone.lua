-- Move an article that came too late for its day to another day.
-- KEYS: article, old day, new day, open   ARGV: id, old day, new day, new day score, ttl s   -> 1 done, 0 not its day
if redis.call('HGET', KEYS[1], 'day') ~= ARGV[2] then return 0 end
redis.call('HSET', KEYS[1], 'day', ARGV[3])
redis.call('SREM', KEYS[2], ARGV[1])
redis.call('SADD', KEYS[3], ARGV[1])
redis.call('EXPIRE', KEYS[3], ARGV[5])
redis.call('ZADD', KEYS[4], ARGV[4], ARGV[3])
return 1
