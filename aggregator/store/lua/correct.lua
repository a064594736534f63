-- Send an article of a closed day to be translated again, and note which day's digest corrects it.
-- KEYS: lock, article, wait:group, wait:translate, corrected, open, closed
-- ARGV: token, id, rev, printed, now, day, day score, ttl s   -> 1 done, 0 article or day changed meanwhile, -1: lock lost
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return -1 end
if redis.call('ZSCORE', KEYS[7], ARGV[6]) then return 0 end
local rec = redis.call('HMGET', KEYS[2], 'rev', 'stage')
if rec[1] ~= ARGV[3] or rec[2] ~= 'group' then return 0 end
redis.call('HSET', KEYS[2], 'stage', 'translate', 'tr_ask', 'whole')
redis.call('ZREM', KEYS[3], ARGV[2])
redis.call('ZADD', KEYS[4], ARGV[5], ARGV[2])
redis.call('HSET', KEYS[5], ARGV[2], ARGV[4])
redis.call('EXPIRE', KEYS[5], ARGV[8])
redis.call('ZADD', KEYS[6], ARGV[7], ARGV[6])
return 1
