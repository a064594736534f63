-- Move an article that came too late for its day to another day.
-- KEYS: article, old day, new day, open   ARGV: id, old day, new day, new day score, ttl s   -> 1 done, 0 not its day, or
--   grouped meanwhile: then it stands in the stories of its day and in those of no other
local rec = redis.call('HMGET', KEYS[1], 'day', 'stage')
if rec[1] ~= ARGV[2] or not (rec[2] == 'page' or rec[2] == 'text' or rec[2] == 'group') then return 0 end
redis.call('HSET', KEYS[1], 'day', ARGV[3])
redis.call('SREM', KEYS[2], ARGV[1])
redis.call('SADD', KEYS[3], ARGV[1])
redis.call('EXPIRE', KEYS[3], ARGV[5])
redis.call('ZADD', KEYS[4], ARGV[4], ARGV[3])
return 1
